// What advisories cost and what they are worth: of one file of them, how many are read, where they contradict
// themselves, how long its database takes to load, and how long 5,000 package versions take to match.
//
//   berth_advisory_bench FILE [--check]     (for example the PyPA's database as .tar.gz)
//
// The versions asked for are the worst case: all are of packages that have advisories, half of them affected.
// --check ends with status 1 when more than 50 ms are needed, by the fastest of ten rounds. Times
// are of the processor.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/quantile.h"
#include "berth/vet/advisory_database.h"
#include "berth/vet/advisory_reader.h"

namespace berth::vet {
namespace {

constexpr std::size_t kAsked = 5'000;
constexpr int kRounds = 10;
constexpr double kMostMilliseconds = 50;

// Of the processor: others on the machine do not count.
double used_ms() {
  timespec now = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}
double milliseconds_since(double begin) { return used_ms() - begin; }

// Of each package that has advisories a version that one of them lists, and one that comes later than all, in turns
// until there are enough.
std::vector<Package> packages_of(const std::vector<Advisory>& advisories) {
  std::vector<Package> listed;
  std::set<std::string> seen;
  for (const Advisory& advisory : advisories) {
    for (const AffectedPackage& affected : advisory.affected) {
      if (affected.ecosystem != Ecosystem::PyPI || affected.versions.empty() || !seen.insert(affected.name).second)
        continue;
      listed.push_back(make_package(Ecosystem::PyPI, affected.name, affected.versions.front(), "bench"));
      listed.push_back(make_package(Ecosystem::PyPI, affected.name, "9999.1.2", "bench"));
    }
  }
  std::vector<Package> packages;
  for (std::size_t i = 0; !listed.empty() && i < kAsked; ++i) packages.push_back(listed[i * 7919 % listed.size()]);
  return packages;
}

int run(const char* path, bool is_checked) {
  const double begun = used_ms();
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
    const double load_begun = used_ms();
    auto file = decode_advisories(std::move(copy));
    loads.push_back(milliseconds_since(load_begun));
    if (!file) return 1;
    std::vector<AdvisoryFile> files;
    files.push_back(*std::move(file));
    const AdvisoryDatabase database(std::move(files));
    const double match_begun = used_ms();
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
