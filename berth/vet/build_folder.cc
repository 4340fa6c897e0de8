#include "berth/vet/build_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/vet/build_lists.h"
#include "berth/vet/build_rules.h"
#include "berth/vet/constraints.h"
#include "berth/vet/dockerfile.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/project_file.h"
#include "berth/vet/requirements.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostConfBytes = std::size_t{1} << 16;
constexpr std::size_t kMostLists = 64;
constexpr std::string_view kBuildFiles[] = {"Dockerfile", "Containerfile"};
constexpr auto kConfKeys = std::to_array<std::string_view>(
    {"version", "devonly", "deprecated", "deprecated_reason", "dont_generate_requirements"});
constexpr auto kConfSwitches = std::to_array<std::string_view>({"devonly", "deprecated", "dont_generate_requirements"});

Finding unread(const Package& package, std::string origin, std::string evidence) {
  Package place = package;
  place.origin = std::move(origin);
  return {Verdict::Ask, "build.unread", std::move(place), std::move(evidence), "correct it, or approve it"};
}

Result<std::string> read_inside(const UniqueFd& root, const fs::path& name, std::size_t limit) {
  BERTH_TRY(const UniqueFd file, sys::open_without_links(root.get(), name, O_RDONLY | O_NONBLOCK, "the folder"));
  return sys::read_file(file, limit, name.native());
}

// Names of the files in `folder` that say what is installed, sorted. Errors: those of reading it; Exhausted.
Result<std::vector<std::string>> lists_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().native();
    const auto kind = lock_kind_of(name);
    if (!kind || (*kind == LockKind::Requirements && !name.contains("requirements"))) continue;
    if (names.size() == kMostLists) return fail(Errc::Exhausted, fmt::format("more than {} lists", kMostLists));
    names.push_back(name);
  }
  if (error) return std::unexpected(Error::from_errno(error.value(), "list the folder"));
  std::ranges::sort(names);
  return names;
}

// The list at `name` in the folder. What it is read as is never told by what stands in it.
Result<LockFile> read_list(const UniqueFd& root, const fs::path& folder, const std::string& name,
                           ListForm form = ListForm::ByName, ListRole role = ListRole::Requirements) {
  // A link is refused here; lists that it includes are held in the folder by their reader.
  BERTH_TRY(const std::string text, read_inside(root, name, kMostLockBytes));
  if (form == ListForm::ScriptThatSays && !says_what_it_needs(text)) {
    return fail(Errc::InvalidInput, "it is read as a script, and has no block (PEP 723) that says what it needs");
  }
  if (form != ListForm::ByName) return parse_script(text, name);
  if (fs::path(name).filename() == "pyproject.toml") return parse_pyproject(text, name);
  const LockKind kind = lock_kind_of(fs::path(name).filename().native()).value_or(LockKind::Requirements);
  const bool is_plain = kind == LockKind::Requirements || role == ListRole::Constraints;
  return is_plain ? read_requirements(folder, name, role) : parse_lock(kind, text, name);
}

// Packages keep the index that their list names.
void add(LockFile& lock, LockFile more) {
  const auto beside = std::make_shared<const std::vector<std::string>>(std::move(more.more_indexes));
  for (LockedPackage& one : more.packages) {
    // What a command says is said already, and what names its own index is taken from that alone.
    if (one.index.empty() && !one.more_indexes) one.more_indexes = beside;
    if (one.index.empty()) one.index = more.index;
    lock.packages.push_back(std::move(one));
  }
  std::ranges::move(more.left_out, std::back_inserter(lock.left_out));
}

// One reading of one folder: gathers as it goes.
class FolderReading {
 public:
  FolderReading(const UniqueFd& root, const fs::path& folder) : root_(root), folder_(folder) {
    read_.image.package = make_package(Ecosystem::Image, image_name(folder), "", "");
  }

  bool has_build_file() const { return !builds_.empty(); }

  // Errors: those of reading it.
  Result<void> add_build_file(std::string_view name) {
    const auto reading_it = [&] { return fmt::format("read '{}'", (folder_ / name).native()); };
    BERTH_TRY(const std::string text, read_inside(root_, name, kMostDockerfileBytes));
    BERTH_TRY(Dockerfile dockerfile, parse_dockerfile(text).context(reading_it));
    if (builds_.empty()) read_.image.package.origin = name;
    std::ranges::move(findings_about_build(dockerfile, read_.image.package, name),
                      std::back_inserter(read_.image.findings));
    RequirementsText asks = pip_words_of(dockerfile, name);
    for (const std::string& more : asks.lock.more_indexes) {
      const Package place = placed(std::string(name));
      read_.image.findings.push_back({Verdict::Ask, "build.extra-index", place,
                                      fmt::format("{} takes files from a second place '{}'", name, more),
                                      "ask one index (--index-url) that has all"});
    }
    index_ = asks.lock.index;
    Build build = {std::string(name), std::move(dockerfile), {}};
    for (const ConstrainedPart& part : asks.constrained) BERTH_CHECK_OK(add_constraints(build, part, asks));
    build.lists = std::move(asks.included);
    vet::add(read_.asks, std::move(asks.lock));
    builds_.push_back(std::move(build));
    return {};
  }

  void add_build_conf() {
    const Package& image = read_.image.package;
    const auto conf = read_inside(root_, "build.conf", kMostConfBytes);
    if (conf) {
      std::ranges::move(findings_about_build_conf(*conf, image, "build.conf"),
                        std::back_inserter(read_.image.findings));
    } else if (conf.error().code() != Errc::NotFound) {
      read_.image.findings.push_back(unread(image, "build.conf", to_visible(conf.error().message(), false)));
    }
  }

  // A list that lies beside the build file.
  void add_list(const std::string& name) {
    if (!seen_.insert(name).second) return;
    auto list = read_list(root_, folder_, name);
    if (list) return take(name, *std::move(list), {});
    read_.image.findings.push_back(unread(read_.image.package, name, to_visible(list.error().message(), false)));
  }

  // Those that commands read, wherever in the folder they lie.
  void add_lists_of_build() {
    for (const Build& build : builds_) {
      for (const IncludedList& list : build.lists) add_list_of_build(build, list);
    }
  }

  BuildFolder take() && {
    for (LeftOut& one : read_.asks.left_out) {
      read_.image.findings.push_back(
          unread(read_.image.package, one.origin, fmt::format("{}: {}", one.origin, one.why)));
    }
    read_.asks.left_out.clear();
    for (LockedPackage& one : read_.asks.packages) {
      if (one.index.empty()) one.index = index_;
    }
    return std::move(read_);
  }

 private:
  struct Build {
    std::string name;
    Dockerfile file;
    std::vector<IncludedList> lists;
  };

  Package placed(std::string origin) const {
    Package place = read_.image.package;
    place.origin = std::move(origin);
    return place;
  }

  // A list where the build finds it; nothing where that cannot be, which is told.
  std::optional<NamedList> find_list(const Build& build, const IncludedList& list, ListRole role) {
    const std::string origin = fmt::format("{}:{}", build.name, list.line);
    const std::string shown = to_visible(list.path, false);
    const auto refuse = [&](std::string_view why) {
      read_.image.findings.push_back(
          unread(read_.image.package, origin,
                 fmt::format("{}: it installs by the list '{}', {}", origin, shown, to_visible(why, false))));
      return std::nullopt;
    };
    if (++lists_read_ > kMostLists) return refuse(fmt::format("and reads more than {} lists", kMostLists));
    for (const std::string& place : places_in_folder(build.file, list.path, list.line)) {
      auto read = read_list(root_, folder_, place, list.form, role);
      if (!read && read.error().code() == Errc::NotFound) continue;
      // As a script it tells nothing of what it is as a list.
      if (role == ListRole::Requirements && list.form == ListForm::ByName) seen_.insert(place);
      if (!read) return refuse(fmt::format("which cannot be read: {}", read.error().message()));
      return NamedList{place, *std::move(read), {}};
    }
    return refuse("which is not in the folder");
  }

  // What a list of constraints holds is held, and what it takes in by -r is installed.
  // Errors: Exhausted.
  Result<void> add_constraints(const Build& build, const ConstrainedPart& part, RequirementsText& asks) {
    for (const IncludedList& by : part.by) {
      auto list = find_list(build, by, ListRole::Constraints);
      if (!list) continue;
      const auto packages =
          std::span(asks.lock.packages).subspan(part.first_package, part.last_package - part.first_package);
      const SharedConstraints constraints =
          std::make_shared<const std::vector<LockedPackage>>(std::move(list->lock.constraints));
      const bool takes_prereleases = list->lock.takes_prereleases;
      hold(packages, std::span(&constraints, 1), takes_prereleases, list->name);
      const auto lists = std::span(asks.included).subspan(part.first_list, part.last_list - part.first_list);
      if (!lists.empty()) constraints_kept_ += constraints->size();
      if (constraints_kept_ > kMostLockedPackages) {
        return fail(Errc::Exhausted,
                    fmt::format("{}: more than {} constraints of lists", build.name, kMostLockedPackages));
      }
      for (IncludedList& held : lists) {
        held.constraints.push_back(constraints);
        held.takes_prereleases |= takes_prereleases;
      }
      take(list->name, std::move(list->lock), {});
    }
    return {};
  }

  void hold(std::span<LockedPackage> packages, std::span<const SharedConstraints> by, bool takes_prereleases,
            const std::string& name) {
    if (takes_prereleases) take_prereleases(packages);
    if (auto held = constrain(packages, by); !held) {
      read_.image.findings.push_back(unread(read_.image.package, name, to_visible(held.error().message(), false)));
    }
  }

  void add_list_of_build(const Build& build, const IncludedList& list) {
    auto found = find_list(build, list, ListRole::Requirements);
    const std::string indexes =
        fmt::format("{}\n{}\n{}", list.form == ListForm::ByName, list.index, fmt::join(list.more_indexes, "\n"));
    const bool is_plain = list.constraints.empty() && !list.takes_prereleases;
    if (!found || (is_plain && !read_plainly_.emplace(found->name, indexes).second)) return;
    hold(found->lock.packages, list.constraints, list.takes_prereleases, fmt::format("{}:{}", build.name, list.line));
    take(found->name, std::move(found->lock), list.index, list.more_indexes);
  }

  void take(const std::string& name, LockFile list, const std::string& index,
            const std::vector<std::string>& more_indexes = {}) {
    for (const std::string& more : list.more_indexes) {
      read_.image.findings.push_back({Verdict::Ask, "build.extra-index", placed(name),
                                      fmt::format("{} names a second index '{}'", name, more),
                                      "ask one index (--index-url) that has all"});
    }
    for (const ListSetting& one : list.settings) {
      read_.image.findings.push_back({Verdict::Ask, one.rule, placed(one.origin),
                                      fmt::format("{}: {}", one.origin, one.why),
                                      "leave the option out, or approve it"});
    }
    if (list.index.empty()) list.index = index;
    list.more_indexes.insert(list.more_indexes.end(), more_indexes.begin(), more_indexes.end());
    vet::add(read_.asks, std::move(list));
  }

  const UniqueFd& root_;
  const fs::path& folder_;
  BuildFolder read_;
  std::vector<Build> builds_;
  std::set<std::string> seen_;
  std::set<std::pair<std::string, std::string>> read_plainly_;  // without constraints: from the same indexes once
  std::size_t lists_read_ = 0;
  std::size_t constraints_kept_ = 0;  // for lists that are read later
  std::string index_;                 // where nothing nearer says another
};

}  // namespace

// A name that an approval can say.
std::string image_name(const fs::path& folder) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(folder, error);
  if (!whole.has_filename()) whole = whole.parent_path();  // "x/"
  const std::string name = error ? folder.filename().native() : whole.filename().native();
  return is_valid_name(Ecosystem::Image, name) ? name : "image";
}

std::vector<Finding> findings_about_build_conf(std::string_view text, const Package& package, std::string_view file) {
  std::vector<Finding> findings;
  std::set<std::string_view> seen;
  for (TextLines lines(text); const auto line = lines.next();) {
    const std::string_view whole = trimmed(line->text, " \t\r");
    if (whole.empty() || whole.starts_with('#')) continue;
    const std::string origin = fmt::format("{}:{}", file, line->number);
    const auto add_finding = [&](const std::string& what) {
      findings.push_back(unread(package, origin, fmt::format("{}: {}", origin, what)));
    };
    const std::size_t equals = whole.find('=');
    const std::string_view key = whole.substr(0, equals);
    const std::string shown = to_visible(key.substr(0, 60), false);
    if (equals == std::string_view::npos) {
      add_finding("it is no line NAME=VALUE");
      continue;
    }
    const std::string_view value = whole.substr(equals + 1);
    if (std::ranges::find(kConfKeys, key) == kConfKeys.end()) add_finding(fmt::format("'{}' is no key here", shown));
    if (!seen.insert(key).second) add_finding(fmt::format("'{}' stands twice", shown));
    const bool is_switch = std::ranges::find(kConfSwitches, key) != kConfSwitches.end();
    if (is_switch && !value.empty() && value != "true") {
      add_finding(fmt::format("any value switches '{}' on: write true, or nothing", shown));
    }
  }
  return findings;
}

Result<std::optional<BuildFolder>> read_build_folder(const fs::path& folder) {
  const auto reading = [&] { return fmt::format("read the image folder '{}'", folder.native()); };
  BERTH_TRY(const UniqueFd root, sys::open_folder(folder).context(reading));
  FolderReading read(root, folder);
  for (const std::string_view name : kBuildFiles) {
    std::error_code error;
    const bool is_there = fs::symlink_status(folder / name, error).type() != fs::file_type::not_found;
    if (is_there) BERTH_CHECK_OK(read.add_build_file(name).context(reading));
  }
  if (!read.has_build_file()) return std::optional<BuildFolder>();
  read.add_build_conf();
  read.add_lists_of_build();  // first, since a command may say from which index
  BERTH_TRY(const std::vector<std::string> names, lists_in(folder).context(reading));
  for (const std::string& name : names) read.add_list(name);
  return std::optional(std::move(read).take());
}

Result<std::vector<NamedList>> read_folder_lists(const fs::path& folder) {
  const auto reading = [&] { return fmt::format("read the lists in '{}'", folder.native()); };
  BERTH_TRY(const UniqueFd root, sys::open_folder(folder).context(reading));
  BERTH_TRY(const std::vector<std::string> names, lists_in(folder).context(reading));
  std::vector<NamedList> lists;
  const auto add = [&](const std::string& name, Result<LockFile> lock) {
    lists.push_back(lock ? NamedList{name, *std::move(lock), {}} : NamedList{name, {}, lock.error().message()});
  };
  for (const std::string& name : names) add(name, read_list(root, folder, name));
  const auto has = [&](LockKind kind) {
    return std::ranges::any_of(names, [&](const std::string& name) { return lock_kind_of(name) == kind; });
  };
  // A lock says all that the project's own file would.
  const bool is_locked = has(LockKind::Poetry) || has(LockKind::Uv) || has(LockKind::Pylock);
  for (const std::string name : {"pyproject.toml", "Pipfile"}) {
    const bool is_pipfile = name == "Pipfile";
    std::error_code error;
    if (is_pipfile ? has(LockKind::Pipfile) : is_locked) continue;
    if (fs::symlink_status(folder / name, error).type() == fs::file_type::not_found) continue;
    auto lock = [&]() -> Result<LockFile> {
      BERTH_TRY(const std::string text, read_inside(root, name, kMostLockBytes));
      return is_pipfile ? parse_pipfile(text, name) : parse_pyproject(text, name);
    }();
    // Many such files are settings of tools alone.
    if (!lock || !lock->packages.empty() || !lock->left_out.empty()) add(name, std::move(lock));
  }
  return lists;
}

}  // namespace berth::vet
