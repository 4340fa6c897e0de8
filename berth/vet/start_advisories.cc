#include "berth/vet/start_advisories.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "berth/vet/built_in_data.h"
#include "berth/vet/gzip_reader.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostUnpacked = std::size_t{64} << 20;
constexpr std::ptrdiff_t kIndexPackages = 1'000;  // of public databases each speaks of thousands

}  // namespace

AdvisoryFile start_advisories() {
  std::vector<char> bytes;
  std::vector<char> piece(std::size_t{1} << 16);
  GzipReader reader(built_in_advisories(), kMostUnpacked);
  for (;;) {
    const auto got = reader.read(piece);
    BERTH_ASSERT(got.has_value());
    if (*got == 0) break;
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*got));
  }
  auto file = decode_advisories(std::move(bytes));
  BERTH_ASSERT(file.has_value());
  file->source.name = kStartSet;
  file->source.origin = "comes with Berth: Python Packaging Advisory Database, CC-BY-4.0";
  return *std::move(file);
}

bool covers_index(const AdvisoryFile& file) {
  const auto is_of_index = [](const StoredPackage& package) { return package.ecosystem == Ecosystem::PyPI; };
  return std::ranges::count_if(file.packages, is_of_index) >= kIndexPackages;
}

}  // namespace berth::vet
