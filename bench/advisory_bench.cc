// What advisories cost and what they are worth: of one file of them, how many are read, where they contradict
// themselves, how long its database takes to load, and how long 5,000 package versions take to match.
//
//   berth_advisory_bench FILE [--check]     (for example the PyPA's database as .tar.gz)
//
// The versions asked for are the worst case: all are of packages that have advisories, half of them affected.
// --check ends with status 1 when more than 50 ms are needed, by the fastest of ten rounds.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "bench/quantile.h"
#include "berth/base/clock.h"
#include "berth/vet/advisory_database.h"
#include "berth/vet/advisory_reader.h"

namespace berth::vet {
namespace {

constexpr std::size_t kAsked = 5'000;
constexpr int kRounds = 10;
constexpr double kMostMilliseconds = 50;

double milliseconds_since(std::int64_t begin_ns) { return static_cast<double>(monotonic_ns() - begin_ns) / 1e6; }

// Versions that the advisories list, and versions that come later than all of them, one after the other.
std::vector<Package> packages_of(const std::vector<Advisory>& advisories) {
  std::vector<Package> listed;
  for (const Advisory& advisory : advisories) {
    for (const AffectedPackage& affected : advisory.affected) {
      if (affected.ecosystem != Ecosystem::PyPI || affected.versions.empty()) continue;
      listed.push_back(make_package(Ecosystem::PyPI, affected.name, affected.versions.front(), "bench"));
      listed.push_back(make_package(Ecosystem::PyPI, affected.name, "9999.1.2", "bench"));
    }
  }
  std::vector<Package> packages;
  for (std::size_t i = 0; !listed.empty() && i < kAsked; ++i) packages.push_back(listed[i * 7919 % listed.size()]);
  return packages;
}

int run(const char* path, bool is_checked) {
  const std::int64_t begun = monotonic_ns();
  const auto gathered = read_advisories(path);
  if (!gathered) {
    fmt::print(stderr, "{}\n", gathered.error().message());
    return 1;
  }
  const double read_ms = milliseconds_since(begun);
  const SourceInfo& source = gathered->source;
  fmt::print("advisories: {} read in {:.0f} ms, {} withdrawn, {} listed versions against their own ranges\n",
             source.advisories, read_ms, source.withdrawn, source.contradictions);
  for (const std::string& problem : source.problems) fmt::print("  {}\n", problem);

  const std::string bytes = encode_advisories(source, gathered->advisories);
  std::vector<double> loads;
  std::vector<double> matches;
  std::size_t affected = 0;
  const std::vector<Package> packages = packages_of(gathered->advisories);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<char> copy(bytes.begin(), bytes.end());
    const std::int64_t load_begun = monotonic_ns();
    auto file = decode_advisories(std::move(copy));
    loads.push_back(milliseconds_since(load_begun));
    if (!file) return 1;
    std::vector<AdvisoryFile> files;
    files.push_back(*std::move(file));
    const AdvisoryDatabase database(std::move(files));
    const std::int64_t match_begun = monotonic_ns();
    affected = static_cast<std::size_t>(
        std::ranges::count_if(packages, [&](const Package& package) { return !database.find(package).empty(); }));
    matches.push_back(milliseconds_since(match_begun));
  }
  const double fastest = quantile(matches, 0);
  fmt::print("database: {} bytes, loaded in {:.1f} ms (median {:.1f})\n", bytes.size(), quantile(loads, 0),
             quantile(loads, 0.5));
  fmt::print(
      "matching: {} package versions, {} of them affected, in {:.1f} ms (median {:.1f}; to reach: at most {} ms)\n",
      packages.size(), affected, fastest, quantile(matches, 0.5), kMostMilliseconds);
  return is_checked && (fastest > kMostMilliseconds || packages.size() < kAsked) ? 1 : 0;
}

}  // namespace
}  // namespace berth::vet

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("berth_advisory_bench FILE [--check]\n", stderr);
    return 2;
  }
  return berth::vet::run(argv[1], argc > 2 && std::string_view(argv[2]) == "--check");
}
