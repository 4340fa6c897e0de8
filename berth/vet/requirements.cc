#include "berth/vet/requirements.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/vet/constraints.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/lock_findings.h"
#include "berth/vet/requirement_lines.h"
#include "berth/vet/requirement_options.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLists = 64;
constexpr std::size_t kMostHashes = 10'000;
constexpr std::size_t kLongestShown = 200;

bool is_address(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of(" [;"), text.size());
  const std::string_view first = text.substr(0, end);
  return first.find("://") != std::string_view::npos || first.find('/') != std::string_view::npos ||
         first.starts_with('.') || first.ends_with(".whl") || first.ends_with(".tar.gz") || first.ends_with(".zip");
}

std::string shown(std::string_view text) { return to_visible(text.substr(0, kLongestShown), false); }

class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  Result<RequirementsText> read(std::string_view text) {
    for (RequirementLines lines(text); const auto line = lines.next();) BERTH_CHECK_OK(take(*line));
    return std::move(read_);
  }

 private:
  Result<void> take(const RequirementLine& whole) {
    const std::string_view line = whole.text;
    const std::string origin = fmt::format("{}:{}", name_, whole.number);
    if (const std::string_view variable = variable_in(line); !variable.empty()) {
      leave_out(origin, fmt::format("'{}' holds {}, which only the environment of pip knows",
                                    shown(without_credentials(line)), shown(variable)));
      auto named = name_in(line, origin);
      if (named && read_.lock.packages.size() < kMostLockedPackages) read_.lock.packages.push_back(*std::move(named));
      return {};
    }
    if (line.starts_with('-')) return take_options(line, whole.number, origin);
    if (is_address(line)) {
      leave_out(origin, fmt::format("'{}' is a bare address or path, which names no package",
                                    shown(without_credentials(line))));
      return {};
    }
    if (read_.lock.packages.size() == kMostLockedPackages) {
      return fail(Errc::Exhausted, fmt::format("{}: more than {} packages", name_, kMostLockedPackages));
    }
    return take_requirement(line, origin);
  }

  Result<void> take_options(std::string_view line, std::size_t number, const std::string& origin) {
    BERTH_TRY(const std::vector<TakenOption> options, options_in(line, origin));
    // Of such a line pip takes one thing, and leaves out the rest of it.
    const auto is_alone = [](const TakenOption& one) {
      return one.option == ListOption::Requirement || one.option == ListOption::Constraint ||
             one.option == ListOption::Editable;
    };
    if (options.size() > 1 && std::ranges::any_of(options, is_alone)) {
      return fail(
          Errc::InvalidInput,
          fmt::format("{}: -r, -c and -e stand in a line of their own, else pip leaves out a part of it", origin));
    }
    for (const TakenOption& one : options) BERTH_CHECK_OK(take_option(one, number, origin));
    return {};
  }

  Result<void> take_option(const TakenOption& taken, std::size_t number, const std::string& origin) {
    LockFile& lock = read_.lock;
    switch (taken.option) {
      case ListOption::Requirement:
      case ListOption::Constraint:
        read_.included.push_back({taken.value, taken.option == ListOption::Constraint, number});
        break;
      case ListOption::Index:
        lock.index = without_credentials(taken.value);
        break;
      case ListOption::MoreIndex:
      case ListOption::FindLinks:
        lock.more_indexes.push_back(without_credentials(taken.value));
        break;
      case ListOption::Editable:
        leave_out(origin, fmt::format("'{}' is an editable folder or repository, which is no package of the index",
                                      shown(without_credentials(taken.value))));
        break;
      case ListOption::Prereleases:
        lock.takes_prereleases = true;
        break;
      case ListOption::TrustedHost:
        lock.settings.push_back(
            {"build.unverified", origin, fmt::format("'--trusted-host {}' leaves out a check", shown(taken.value))});
        break;
      case ListOption::NoBinary:
        if (taken.value == ":none:") break;
        lock.settings.push_back(
            {"build.unread", origin,
             fmt::format("'--no-binary {}' takes sources, which run to be built: what is judged is the wheel",
                         shown(taken.value))});
        break;
      case ListOption::Hash:
      case ListOption::OfBuild:
      case ListOption::Built:
        return fail(Errc::InvalidInput, fmt::format("{}: {} stands behind a requirement, in its line or one that a "
                                                    "backslash joins to it",
                                                    origin, taken.name));
      case ListOption::NoIndex:
      case ListOption::Quiet:
      case ListOption::QuietValue:
        break;
    }
    return {};
  }

  Result<void> take_requirement(std::string_view line, const std::string& origin) {
    const std::size_t end = std::min(line.find(" -"), line.size());
    BERTH_TRY(LockedPackage locked, parse_requirement(line.substr(0, end), origin));
    std::vector<TakenOption> options;
    if (end < line.size()) {
      BERTH_TRY(options, options_in(line.substr(end + 1), origin));
    }
    for (const TakenOption& one : options) {
      if (one.option == ListOption::Built) {
        read_.lock.settings.push_back(
            {"build.unread", origin,
             fmt::format("'{} {}' takes sources, of all packages, which run to be built: what is judged is the wheel",
                         one.name, shown(one.value))});
      }
      if (one.option != ListOption::Hash) continue;  // of its build, or nothing to pip here
      if (one.value.find(':') == std::string::npos || locked.hashes.size() == kMostHashes) {
        return fail(Errc::InvalidInput, fmt::format("{}: a hash is none, or one too many", origin));
      }
      locked.hashes.push_back(one.value);
    }
    read_.lock.packages.push_back(std::move(locked));
    return {};
  }

  void leave_out(const std::string& origin, std::string why) {
    read_.lock.left_out.push_back({origin, std::move(why)});
  }

  std::string_view name_;
  RequirementsText read_;
};

// Appends what `more` asks for.
void add(LockFile& lock, LockFile more) {
  std::ranges::move(more.packages, std::back_inserter(lock.packages));
  std::ranges::move(more.constraints, std::back_inserter(lock.constraints));
  std::ranges::move(more.left_out, std::back_inserter(lock.left_out));
  std::ranges::move(more.settings, std::back_inserter(lock.settings));
  std::ranges::move(more.more_indexes, std::back_inserter(lock.more_indexes));
  lock.takes_prereleases |= more.takes_prereleases;
  if (more.index.empty()) return;
  // Which of two counts is a matter of the order in which pip comes by them.
  const bool is_other = !lock.index.empty() && normal_index(lock.index) != normal_index(more.index);
  if (is_other) lock.more_indexes.push_back(std::exchange(lock.index, {}));
  lock.index = std::move(more.index);
}

// What pip fetches instead of opening it.
bool is_fetched(std::string_view list) {
  constexpr auto kSchemes = std::to_array<std::string_view>({"http:", "https:", "file:"});
  const auto begins = [&](std::string_view scheme) {
    return std::ranges::equal(list.substr(0, scheme.size()), scheme,
                              [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); });
  };
  return list.contains("://") || std::ranges::any_of(kSchemes, begins);
}

// Whatever brings such a package along takes it from there.
void leave_out_addresses(LockFile& lock) {
  for (const LockedPackage& one : lock.packages) {
    if (one.location.empty()) continue;
    const std::string& origin = one.package.origin;
    lock.left_out.push_back({origin, fmt::format("the constraint of '{}' is the address or path '{}'",
                                                 shown(one.package.written), shown(one.location))});
  }
}

// A list in the folder, and who includes it.
struct Waiting {
  fs::path path;
  bool is_constraint = false;
  std::string origin;  // "requirements.txt:3"; empty for the first
};

Result<RequirementsText> read_one(const UniqueFd& root, const fs::path& folder, const Waiting& list) {
  const auto including = [&] {
    return list.origin.empty() ? fmt::format("read '{}'", shown(list.path.native()))
                               : fmt::format("{}: read '{}'", list.origin, shown(list.path.native()));
  };
  if (list.path.is_absolute() || list.path.string().starts_with("..")) {
    return fail(Errc::Denied,
                fmt::format("the list '{}' lies outside of '{}'", shown(list.path.native()), folder.string()));
  }
  BERTH_TRY(const UniqueFd opened,
            sys::open_in_root(root.get(), list.path, O_RDONLY | O_NONBLOCK, folder.string()).context(including));
  BERTH_TRY(const std::string text, sys::read_file(opened, kMostLockBytes, list.path.string()).context(including));
  return parse_requirements(text, list.path.string());
}

}  // namespace

Result<RequirementsText> parse_requirements(std::string_view text, std::string_view name) {
  if (text.size() > kMostLockBytes) {
    return fail(Errc::Exhausted, fmt::format("{}: more than {} bytes", name, kMostLockBytes));
  }
  BERTH_TRY(const std::string_view characters, requirement_text(text, name));
  return Reader(name).read(characters);
}

Result<LockFile> read_requirements(const fs::path& folder, const fs::path& file, ListRole role) {
  BERTH_TRY(const UniqueFd root, sys::open_folder(folder));
  LockFile lock;
  std::set<std::pair<fs::path, bool>> seen;
  std::vector<Waiting> waiting = {{file.lexically_normal(), role == ListRole::Constraints, {}}};
  while (!waiting.empty()) {
    const Waiting list = std::move(waiting.back());
    waiting.pop_back();
    if (!seen.insert({list.path, list.is_constraint}).second) continue;
    if (seen.size() > kMostLists) return fail(Errc::Exhausted, fmt::format("more than {} lists", kMostLists));
    BERTH_TRY(RequirementsText read, read_one(root, folder, list));
    for (const IncludedList& one : read.included) {
      const std::string origin = fmt::format("{}:{}", list.path.string(), one.line);
      if (is_fetched(one.path)) {
        return fail(Errc::Denied,
                    fmt::format("{}: the list '{}' is an address, which is not fetched: keep it as a file "
                                "beside this one",
                                origin, shown(without_credentials(one.path))));
      }
      // As with pip: what a list of constraints takes in by -r is installed.
      waiting.push_back({(list.path.parent_path() / one.path).lexically_normal(), one.is_constraint, origin});
    }
    if (list.is_constraint) leave_out_addresses(read.lock);
    if (list.is_constraint) read.lock.constraints = std::exchange(read.lock.packages, {});
    add(lock, std::move(read.lock));
    if (lock.packages.size() + lock.constraints.size() > kMostLockedPackages) {
      return fail(Errc::Exhausted, fmt::format("more than {} packages", kMostLockedPackages));
    }
  }
  BERTH_CHECK_OK(constrain(lock.packages, lock.constraints));
  if (lock.takes_prereleases) take_prereleases(lock.packages);
  return lock;
}

}  // namespace berth::vet
