#include "berth/vet/constraints.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/vet/marker.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostOfOne = 64;
// pip takes releases that are not final where a requirement names one.
constexpr const char* kAnyRelease = ">=0.dev0";

// What all constraints say of one package.
struct Held {
  std::set<std::string> bounds;
  std::set<std::string> versions;  // of those without a condition that name one
  std::string location;
};

void note(Held& held, const LockedPackage& one) {
  if (!one.location.empty()) {
    held.location = one.location;
    return;
  }
  const std::string& version = one.package.version;
  const std::string specifier = version.empty() ? one.specifier : fmt::format("=={}", version);
  if (!specifier.empty()) {
    held.bounds.insert(one.marker.empty() ? specifier : fmt::format("{} ; {}", specifier, one.marker));
  }
  if (one.marker.empty() && !version.empty()) held.versions.insert(version);
}

// Adds to what holds all that they bring along.
void hold(std::span<LockedPackage> packages, const std::string& list) {
  if (list.empty()) return;
  std::map<std::shared_ptr<const std::string>, std::shared_ptr<const std::string>> whole;  // by what was there
  for (LockedPackage& locked : packages) {
    auto& now = whole[locked.held];
    if (!now) now = std::make_shared<const std::string>((locked.held ? *locked.held : std::string()) + list);
    locked.held = now;
  }
}

void add_bound(LockedPackage& locked, const std::string& bound) {
  if (std::ranges::find(locked.bounds, bound) == locked.bounds.end()) locked.bounds.push_back(bound);
}

void apply(LockedPackage& locked, const Held& held) {
  if (!locked.location.empty()) return;  // what is there counts
  locked.location = held.location;
  Package& package = locked.package;
  if (package.version.empty() && held.versions.size() == 1) {
    package.version = *held.versions.begin();
    const std::string own = std::exchange(locked.specifier, {});
    if (!own.empty()) add_bound(locked, own);
  }
  for (const std::string& bound : held.bounds) {
    if (bound != fmt::format("=={}", package.version)) add_bound(locked, bound);
  }
}

// What constraints say, by the names of packages.
using AllHeld = std::map<std::string, Held>;

Result<void> add(AllHeld& all, const std::vector<LockedPackage>& constraints) {
  for (const LockedPackage& one : constraints) {
    if (never_holds_on_linux(one.marker)) continue;
    Held& held = all[one.package.name];
    note(held, one);
    if (held.bounds.size() > kMostOfOne) {
      return fail(Errc::Exhausted, fmt::format("{}: more than {} different constraints of '{}'", one.package.origin,
                                               kMostOfOne, to_visible(one.package.name, false)));
    }
  }
  return {};
}

void apply_all(std::span<LockedPackage> packages, const AllHeld& all) {
  std::string list;
  for (const auto& [name, held] : all) {
    if (!is_valid_name(Ecosystem::PyPI, name)) continue;
    for (const std::string& bound : held.bounds) list += fmt::format("{}{}\n", name, bound);
  }
  hold(packages, list);
  for (LockedPackage& locked : packages) {
    const auto held = all.find(locked.package.name);
    if (held != all.end()) apply(locked, held->second);
  }
}

}  // namespace

Result<void> constrain(std::span<LockedPackage> packages, const std::vector<LockedPackage>& constraints) {
  AllHeld all;
  BERTH_CHECK_OK(add(all, constraints));
  apply_all(packages, all);
  return {};
}

Result<void> constrain(std::span<LockedPackage> packages, std::span<const SharedConstraints> lists) {
  AllHeld all;
  for (const SharedConstraints& list : lists) BERTH_CHECK_OK(add(all, *list));
  apply_all(packages, all);
  return {};
}

void take_prereleases(std::span<LockedPackage> packages) {
  hold(packages, "--pre\n");
  for (LockedPackage& locked : packages) add_bound(locked, kAnyRelease);
}

}  // namespace berth::vet
