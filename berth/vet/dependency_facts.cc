#include "berth/vet/dependency_facts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/vet/index_facts.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestProblem = 300;

// "urllib3 (<3,>=1.21.1) ; extra == 'x'": the normal name in front.
std::string required_name(std::string_view requirement) {
  const std::size_t end = std::min(requirement.find_first_of(" ;[(<>=!~@,\t"), requirement.size());
  return normal_name(Ecosystem::PyPI, requirement.substr(0, end));
}

// The name of each package that another one of the report asks for, and the first that does.
std::map<std::string, std::string> askers_in(const Json& report) {
  std::map<std::string, std::string> askers;
  const Json* installs = report.find("install");
  if (installs == nullptr || !installs->is_array()) return askers;
  for (const Json& one : *installs->as_array()) {
    const Json* metadata = one.find("metadata");
    const Json* requires_dist = metadata == nullptr ? nullptr : metadata->find("requires_dist");
    if (requires_dist == nullptr || !requires_dist->is_array()) continue;
    const std::string asker = normal_name(Ecosystem::PyPI, metadata->text_or("name", ""));
    for (const Json& requirement : *requires_dist->as_array()) {
      if (requirement.is_string()) askers.try_emplace(required_name(*requirement.as_string()), asker);
    }
  }
  return askers;
}

}  // namespace

Result<std::vector<Facts>> brought_along_in(std::string_view report, std::span<const LockedPackage* const> packages) {
  BERTH_TRY(std::vector<Facts> all, facts_of_pip_report(report));
  BERTH_TRY(const Json json, parse_json(report, {.depth = 64, .values = 2'000'000}));
  const auto askers = askers_in(json);
  std::map<std::string, std::string> origins;
  for (const LockedPackage* locked : packages) origins.try_emplace(locked->package.name, locked->package.origin);
  std::erase_if(all, [&](const Facts& facts) { return origins.contains(facts.package.name); });
  for (Facts& facts : all) {
    const auto asker = askers.find(facts.package.name);
    if (asker == askers.end()) continue;
    facts.brought_by = asker->second;
    // Its place is that of what was asked for, however far from it.
    std::string from = asker->second;
    for (std::size_t steps = 0; steps < askers.size() && !origins.contains(from); ++steps) {
      const auto next = askers.find(from);
      if (next == askers.end()) break;
      from = next->second;
    }
    if (const auto origin = origins.find(from); origin != origins.end()) facts.package.origin = origin->second;
  }
  return all;
}

Result<BroughtAlong> fetch_brought_along(std::span<const LockedPackage* const> packages,
                                         const std::vector<std::string>& way) {
  BroughtAlong brought;
  if (packages.empty()) return brought;
  const auto found = [&]() -> Result<std::vector<Facts>> {
    BERTH_TRY(const std::string report, run_pip_report(packages, way, PipDependencies::Included));
    return brought_along_in(report, packages);
  }();
  if (found) {
    brought.packages = *found;
  } else if (found.error().code() == Errc::NotFound) {
    return std::unexpected(found.error());
  } else {
    brought.problem = to_visible(found.error().message().substr(0, kLongestProblem), false);
  }
  return brought;
}

}  // namespace berth::vet
