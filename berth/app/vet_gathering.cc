#include "berth/app/vet_gathering.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "berth/app/index_pages.h"
#include "berth/app/index_way.h"
#include "berth/app/inventory_facts.h"
#include "berth/base/utf8.h"
#include "berth/image/base_recipe.h"
#include "berth/image/index_url.h"
#include "berth/image/pip_settings.h"
#include "berth/vet/build_folder.h"
#include "berth/vet/dependency_facts.h"
#include "berth/vet/index_facts.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/lock_findings.h"
#include "berth/vet/marker.h"
#include "berth/vet/report_json.h"
#include "berth/vet/requirements.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

constexpr auto kListNames =
    std::to_array<std::string_view>({"requirements.txt", "Pipfile.lock", "poetry.lock", "uv.lock", "pylock.toml"});

std::string shown(std::string_view text) { return to_visible(text, false); }

// `python3:3.11`, `registry.example/name@sha256:...`: no requirement has a colon or a slash in its name.
bool is_image_name(std::string_view subject) {
  const std::string_view name = subject.substr(0, subject.find_first_of(" ;["));
  return subject.find(" @ ") == std::string_view::npos && name.find_first_of(":/") != std::string_view::npos;
}

bool is_path(std::string_view subject) { return subject.find('/') != std::string_view::npos || subject == "."; }

// A list that stands where a package should, by mistake.
bool is_list_name(const std::string& subject) {
  std::error_code ignored;
  const bool is_list = vet::lock_kind_of(fs::path(subject).filename().native()).has_value();
  return (is_list && fs::is_regular_file(subject, ignored)) ||
         std::ranges::find(kListNames, subject) != kListNames.end();
}

bool asks_for_nothing(const vet::LockFile& lock) { return lock.packages.empty() && !vet::facts_of_list(lock, ""); }

std::string nothing_in(const std::string& list) {
  return fmt::format("the list '{}' asks for no package", shown(list));
}

// All that is said of one: two of the same name on a line may come from different places, or bring other things along.
bool is_before(const vet::LockedPackage& a, const vet::LockedPackage& b) {
  static const std::vector<std::string> none;
  const auto more_of = [](const vet::LockedPackage& one) -> const std::vector<std::string>& {
    return one.more_indexes ? *one.more_indexes : none;
  };
  const auto said_of = [&](const vet::LockedPackage& one) {
    return std::tie(one.package.origin, one.package.written, one.package.version, one.specifier, one.marker, one.bounds,
                    one.index, one.location, one.extras, one.files, one.paths, one.hashes, one.unproven);
  };
  static const std::string free;
  const auto held_of = [](const vet::LockedPackage& one) -> const std::string& { return one.held ? *one.held : free; };
  if (said_of(a) != said_of(b)) return said_of(a) < said_of(b);
  return std::tie(more_of(a), held_of(a)) < std::tie(more_of(b), held_of(b));
}

// Orders places in a list of packages by what is there.
struct BeforeIn {
  const std::vector<vet::LockedPackage>* packages;
  bool operator()(std::size_t a, std::size_t b) const { return is_before((*packages)[a], (*packages)[b]); }
};

class Gathering {
 public:
  explicit Gathering(const Settings& settings) : settings_(settings) {}

  Result<void> add_subject(const std::string& subject) {
    std::error_code ignored;
    const bool is_elsewhere = !fs::exists(subject, ignored) && !subject.starts_with('.') && !subject.starts_with('/');
    // A base image's short name is none of a package that anybody means.
    const bool is_base = image::recipe_of(subject).has_value();
    if (is_base || (is_image_name(subject) && is_elsewhere)) {
      BERTH_TRY(std::vector<vet::Facts> installed, facts_of_image(settings_, subject));
      std::ranges::move(installed, std::back_inserter(gathered_.facts));
      return {};
    }
    if (is_list_name(subject)) {
      return fail(Errc::InvalidInput,
                  fmt::format("'{}' is a list or lock file, no package: judge what it asks for with "
                              "'berth vet -r {}'",
                              shown(subject), shown(subject)));
    }
    if (is_path(subject)) return add_folder(subject);
    BERTH_TRY(vet::LockedPackage one, vet::parse_requirement(subject, "command line"));
    add_package(std::move(one));
    return {};
  }

  // Errors: those of reading it; InvalidInput for one that asks for nothing, where it `is_alone`.
  Result<void> add_file(const std::string& file, bool is_alone) {
    BERTH_TRY(vet::LockFile lock, vet::read_lock_file(file));
    if (asks_for_nothing(lock)) {
      if (is_alone) return fail(Errc::InvalidInput, nothing_in(file) + ", so there is nothing to judge");
      gathered_.notes.push_back(nothing_in(file));
    }
    add_list(std::move(lock), fs::path(file).filename().native());
    return {};
  }

  // Asks the index, but for `offline`; of dependencies where they are wanted.
  Result<VetGathered> finish(bool offline, bool dependencies) && {
    BERTH_TRY(image::PipSettings pip, image::read_pip_settings(image::pip_places_of_process()));
    vet::MachineIndexes machine;
    for (const std::string& index : pip.indexes) machine.indexes.push_back(image::shown_url(index));
    for (const std::string& links : pip.find_links) machine.find_links.push_back(image::shown_url(links));
    std::vector<vet::Facts> found = vet::facts_without_index(packages_);
    if (!offline) {
      BERTH_TRY(IndexWay way, index_way(settings_.containers, pip));
      const std::vector<std::string> environment = environment_of(way);
      vet::IndexKnowledge known = {.has_links = !pip.find_links.empty() || !pip.local_folders.empty()};
      IndexPages pages(std::move(pip), std::move(way));
      BERTH_CHECK_OK(pages.ask(found));
      known.presence = [&](const std::string& project) { return pages.presence_of(project); };
      BERTH_TRY(found, vet::fetch_index_facts(packages_, environment, known));
      if (dependencies) BERTH_CHECK_OK(add_brought_along(found, environment));
      BERTH_CHECK_OK(pages.tell(found));
      for (std::size_t i = 0; i < packages_.size(); ++i) {
        if (packages_[i].files.empty() || found[i].locked_sha256.empty()) continue;
        const std::string why = pages.why_no_hashes(found[i]);
        if (!why.empty()) found[i].findings.push_back(vet::finding_about_unknown_files(found[i].package, why));
      }
    }
    if (offline || !dependencies) note_dependencies(found, offline ? "--offline" : "--no-dependencies");
    // What is brought along comes from where what brings it does.
    std::map<std::string, const vet::LockedPackage*> askers;
    for (const vet::LockedPackage& one : packages_) askers.try_emplace(one.package.origin, &one);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto asker = askers.find(found[i].package.origin);
      if (i >= packages_.size() && asker == askers.end()) continue;
      vet::add_indexes(found[i], i < packages_.size() ? packages_[i] : *asker->second, machine);
    }
    for (std::size_t i = 0; i < packages_.size(); ++i) {
      auto finding = vet::finding_about_source(packages_[i], machine);
      if (!finding) continue;
      finding->package = found[i].package;
      found[i].findings.push_back(*std::move(finding));
    }
    std::ranges::move(found, std::back_inserter(gathered_.facts));
    return std::move(gathered_);
  }

 private:
  Result<void> add_folder(const std::string& subject) {
    std::error_code ignored;
    if (!fs::is_directory(subject, ignored)) {
      return fail(Errc::NotFound, fmt::format("'{}' is no folder", shown(subject)));
    }
    const std::string name = vet::image_name(subject);
    BERTH_TRY(std::optional<vet::BuildFolder> build, vet::read_build_folder(subject));
    bool is_something = build.has_value();
    if (build) {
      gathered_.facts.push_back(std::move(build->image));
      for (vet::LockedPackage& one : build->asks.packages) add_package(std::move(one));
    } else {
      BERTH_TRY(std::vector<vet::NamedList> lists, vet::read_folder_lists(subject));
      for (vet::NamedList& one : lists) {
        const bool is_empty = one.problem.empty() && asks_for_nothing(one.lock);
        if (is_empty) gathered_.notes.push_back(nothing_in(one.name));
        is_something |= !is_empty;
        add_named_list(std::move(one));
      }
    }
    BERTH_TRY(std::vector<vet::Facts> installed, facts_of_folder(subject, name));
    if (!is_something && installed.empty()) {
      return fail(Errc::NotFound,
                  fmt::format("there is nothing to judge in '{}': no Dockerfile or Containerfile, no list or lock file "
                              "(*requirements*.txt, Pipfile.lock, poetry.lock, uv.lock, pylock.toml), pyproject.toml "
                              "or Pipfile that asks for "
                              "anything, nothing installed "
                              "(*.dist-info, *.egg-info, a distribution's packages)",
                              shown(subject)));
    }
    std::ranges::move(installed, std::back_inserter(gathered_.facts));
    return {};
  }

  void add_named_list(vet::NamedList list) {
    if (list.problem.empty()) return add_list(std::move(list.lock), list.name);
    vet::Facts unread;
    unread.package = vet::list_package(list.name);
    unread.findings.push_back(
        {vet::Verdict::Ask, "build.unread", unread.package,
         fmt::format("{} cannot be read: {}", list.name, shown(list.problem)),
         fmt::format("correct it, or approve it (package: {}, ecosystem: list)", unread.package.name)});
    gathered_.facts.push_back(std::move(unread));
  }

  void add_list(vet::LockFile lock, const std::string& name) {
    if (auto facts = vet::facts_of_list(lock, name)) gathered_.facts.push_back(*std::move(facts));
    const auto more = std::make_shared<const std::vector<std::string>>(std::move(lock.more_indexes));
    for (vet::LockedPackage& one : lock.packages) {
      // What names its own index is taken from that alone.
      if (one.index.empty()) one.more_indexes = more;
      if (one.index.empty()) one.index = lock.index;
      add_package(std::move(one));
    }
  }

  void add_package(vet::LockedPackage one) {
    const vet::Package& package = one.package;
    if (vet::never_holds_on_linux(one.marker)) {
      std::string note = fmt::format("{}: '{}' is not judged, since no image here has it: {}", shown(package.origin),
                                     shown(package.written), shown(one.marker));
      if (noted_.insert(note).second) gathered_.notes.push_back(std::move(note));
      return;
    }
    // A list that others take in is read with each of them.
    packages_.push_back(std::move(one));
    if (!seen_.insert(packages_.size() - 1).second) packages_.pop_back();
  }

  // The packages that stand in no list with hashes, which has to name all that is installed, and that pip knows.
  std::vector<const vet::LockedPackage*> bringing(const std::vector<vet::Facts>& found) const {
    std::vector<const vet::LockedPackage*> packages;
    for (std::size_t i = 0; i < packages_.size(); ++i) {
      const vet::LockedPackage& one = packages_[i];
      const bool is_found = std::ranges::none_of(found[i].findings, [](const vet::Finding& finding) {
        return finding.rule == "facts.missing" || finding.rule == "source.elsewhere";
      });
      if (is_found && one.hashes.empty() && vet::is_valid_name(vet::Ecosystem::PyPI, one.package.written)) {
        packages.push_back(&one);
      }
    }
    return packages;
  }

  // List by list, for what one installs need not go with another.
  Result<void> add_brought_along(std::vector<vet::Facts>& found, const std::vector<std::string>& environment) {
    // By file, and by what holds the versions of all that comes along.
    std::map<const std::string*, std::size_t> helds;
    std::map<std::pair<std::string_view, std::size_t>, std::vector<const vet::LockedPackage*>> lists;
    for (const vet::LockedPackage* one : bringing(found)) {
      const std::size_t held = helds.try_emplace(one->held.get(), helds.size()).first->second;
      lists[{vet::place_of(one->package.origin).file, held}].push_back(one);
    }
    std::set<std::pair<std::string, std::string>> known;
    for (const vet::Facts& one : found) known.emplace(one.package.name, one.package.version);
    for (const auto& [list, packages] : lists) {
      BERTH_TRY(vet::BroughtAlong brought, vet::fetch_brought_along(packages, environment));
      // What is judged already, in that very version, among them.
      for (vet::Facts& one : brought.packages) {
        if (known.emplace(one.package.name, one.package.version).second) found.push_back(std::move(one));
      }
      if (!brought.problem.empty()) gathered_.facts.push_back(unresolved(list.first, brought.problem));
    }
    return {};
  }

  static vet::Facts unresolved(std::string_view list, std::string_view problem) {
    vet::Facts facts;
    facts.package = vet::list_package(list);
    facts.findings.push_back(
        {vet::Verdict::Ask, "dependencies.unresolved", facts.package,
         fmt::format("what its packages bring along is not known, since pip finds no set of wheels: {}", problem),
         fmt::format("see that they can be installed together; or judge a list with hashes, which names all, or "
                     "approve it (package: {}, ecosystem: list)",
                     facts.package.name)});
    return facts;
  }

  void note_dependencies(const std::vector<vet::Facts>& found, std::string_view option) {
    const std::size_t count = bringing(found).size();
    if (count == 0) return;
    gathered_.notes.push_back(fmt::format("what {} of the packages bring along is not judged ({})", count, option));
  }

  const Settings& settings_;
  std::vector<vet::LockedPackage> packages_;
  std::set<std::size_t, BeforeIn> seen_{BeforeIn{&packages_}};
  std::set<std::string> noted_;
  VetGathered gathered_;
};

}  // namespace

Result<VetGathered> gather_for_vetting(const Settings& settings, const VetRequest& request) {
  Gathering gathering(settings);
  for (const std::string& subject : request.subjects) BERTH_CHECK_OK(gathering.add_subject(subject));
  const bool is_alone = request.subjects.size() + request.files.size() == 1;
  for (const std::string& file : request.files) BERTH_CHECK_OK(gathering.add_file(file, is_alone));
  return std::move(gathering).finish(request.offline, request.dependencies);
}

}  // namespace berth::app
