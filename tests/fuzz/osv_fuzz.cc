// Advisories come from elsewhere, alone, in lists and in archives: what is read is stored and read back as it was, and
// the database finds what it lists; files of a database are read or refused.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "berth/base/error.h"
#include "berth/vet/advisory_database.h"
#include "berth/vet/advisory_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::vet;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(decode_advisories(std::vector<char>(bytes.begin(), bytes.end())));
  const auto gathered = gather_advisories(bytes, "x");
  if (!gathered) {
    BERTH_ASSERT(gathered.error().message().find('\n') == std::string_view::npos);
    return 0;
  }
  const std::string stored = encode_advisories(gathered->source, gathered->advisories);
  auto file = decode_advisories(std::vector<char>(stored.begin(), stored.end()));
  BERTH_ASSERT(file.has_value());
  std::vector<AdvisoryFile> files;
  files.push_back(*std::move(file));
  const AdvisoryDatabase database(std::move(files));
  for (const Advisory& advisory : gathered->advisories) {
    if (advisory.is_withdrawn) continue;
    for (const AffectedPackage& affected : advisory.affected) {
      for (const std::string& version : affected.versions) {
        const Package package = make_package(affected.ecosystem, affected.name, version, "");
        BERTH_ASSERT(!database.find(package, affected.release).empty());
      }
    }
  }
  return 0;
}
