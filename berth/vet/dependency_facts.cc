#include "berth/vet/dependency_facts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkostemp
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
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

// A list of constraints where pip can read it, while this lives.
class HeldList {
 public:
  static Result<HeldList> write(const std::shared_ptr<const std::string>& text) {
    if (!text) return HeldList({});
    std::error_code error;
    std::string path = (std::filesystem::temp_directory_path(error) / "berth-constraints-XXXXXX").native();
    const UniqueFd file(error ? -1 : ::mkostemp(path.data(), O_CLOEXEC));
    if (file.get() < 0) return std::unexpected(Error::from_errno(errno, "make a file for pip's constraints"));
    HeldList held(std::move(path));
    BERTH_CHECK_OK(sys::write_all(file.get(), *text, held.path_));
    return held;
  }

  HeldList(HeldList&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  HeldList& operator=(HeldList&&) = delete;
  ~HeldList() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  // Beside those that this machine's pip has anyway.
  std::vector<std::string> added_to(const std::vector<std::string>& way) const {
    std::vector<std::string> whole = way;
    if (path_.empty()) return whole;
    const char* others = std::getenv("PIP_CONSTRAINT");
    whole.push_back(
        fmt::format("PIP_CONSTRAINT={}{}{}", others == nullptr ? "" : others, others == nullptr ? "" : " ", path_));
    return whole;
  }

 private:
  explicit HeldList(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace

Result<std::vector<Facts>> brought_along_in(std::string_view report, std::span<const LockedPackage* const> packages) {
  BERTH_TRY(const Json json, json_of_pip_report(report));
  BERTH_TRY(std::vector<Facts> all, facts_in_pip_report(json));
  const auto askers = askers_in(json);
  std::map<std::string, std::string> origins;
  for (const LockedPackage* locked : packages) origins.try_emplace(locked->package.name, locked->package.origin);
  for (Facts& facts : all) {
    const auto asker = askers.find(facts.package.name);
    if (asker != askers.end()) facts.brought_by = asker->second;
    // Its place is that of what was asked for, however far from it.
    std::string from = facts.package.name;
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
    BERTH_TRY(const HeldList held, HeldList::write(packages.front()->held));
    BERTH_TRY(const std::string report, run_pip_report(packages, held.added_to(way), PipDependencies::Included));
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
