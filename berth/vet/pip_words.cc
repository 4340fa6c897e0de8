// The part of build_rules.h about what is installed of Python's packages.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/vet/build_commands.h"
#include "berth/vet/build_rules.h"
#include "berth/vet/build_settings.h"
#include "berth/vet/build_variables.h"
#include "berth/vet/constraints.h"
#include "berth/vet/install_options.h"
#include "berth/vet/install_words.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/lock_findings.h"
#include "berth/vet/pip_variables.h"
#include "berth/vet/requirements.h"
#include "berth/vet/run_words.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestShown = 120;

// Gathers what the commands of one build install.
class Gathering {
 public:
  Gathering(const Dockerfile& dockerfile, std::string_view file)
      : file_(file),
        constraint_("PIP_CONSTRAINT", dockerfile),
        uv_constraint_("UV_CONSTRAINT", dockerfile),
        prereleases_("PIP_PRE", dockerfile),
        pip_no_index_("PIP_NO_INDEX", dockerfile),
        pip_index_("PIP_INDEX_URL", dockerfile),
        pypi_index_("PIP_PYPI_URL", dockerfile),
        uv_index_("UV_INDEX_URL", dockerfile),
        uv_default_index_("UV_DEFAULT_INDEX", dockerfile),
        pip_more_("PIP_EXTRA_INDEX_URL", dockerfile),
        pip_links_("PIP_FIND_LINKS", dockerfile),
        uv_more_("UV_EXTRA_INDEX_URL", dockerfile),
        uv_indexes_("UV_INDEX", dockerfile) {}

  void add(const BuildCommand& one) {
    note_folder(one);
    for (PipVariable* variable :
         {&constraint_, &uv_constraint_, &prereleases_, &pip_no_index_, &pip_index_, &pypi_index_, &uv_index_,
          &uv_default_index_, &pip_more_, &pip_links_, &uv_more_, &uv_indexes_})
      variable->note(one);
    if (std::ranges::find(one.command.words, "setup.py") != one.command.words.end() &&
        std::ranges::find(one.command.words, "install") != one.command.words.end()) {
      leave_out(one.line, "'setup.py install' takes what its own code says");
    }
    const std::vector<Installing> all = installed_by(one.command);
    for (const Installing& installing : all) add_installing(installing, one);
    if (auto why = unknown_install(one.command, all)) return leave_out(one.line, *std::move(why));
    if (!all.empty()) return;
    if (auto why = unclear_install(one)) leave_out(one.line, *std::move(why));
  }

  void add_installing(const Installing& installing, const BuildCommand& one) {
    index_.clear();
    more_.clear();
    constraints_.clear();
    takes_prereleases_ = false;
    has_no_index_ = false;
    links_.clear();
    is_read_by_uv_ = is_read_by_uv(installing, one.command);
    const std::size_t before = read_.lock.packages.size();
    const std::size_t lists = read_.included.size();
    add_words(installing, one);
    if (installing.is_handed)
      leave_out(one.line, "it installs what another command hands over, which only the build knows");
    if (index_.empty()) index_ = index_of_environment(one, installing.is_uv);
    if (!installing.is_uv && is_switched_on(pip_no_index_.of(one))) has_no_index_ = true;
    // Then pip asks but the pages of files.
    if (has_no_index_) std::swap(more_, links_);
    if (has_no_index_) index_ = kNoIndex;
    add_more_of_environment(one, installing.is_uv);
    const auto more = std::make_shared<const std::vector<std::string>>(more_);
    for (std::size_t i = before; i < read_.lock.packages.size(); ++i) {
      read_.lock.packages[i].index = index_;
      read_.lock.packages[i].more_indexes = more;
    }
    for (std::size_t i = lists; i < read_.included.size(); ++i) {
      read_.included[i].index = index_;
      read_.included[i].more_indexes = more_;
    }
    if (installing.installer.takes == Takes::Locked) return;
    note_environment(one, installing.is_uv);
    ConstrainedPart part = {{}, before, read_.lock.packages.size(), lists, read_.included.size()};
    if (takes_prereleases_) {
      take_prereleases(std::span(read_.lock.packages).subspan(before));
      for (std::size_t i = lists; i < part.last_list; ++i) read_.included[i].takes_prereleases = true;
    }
    for (const std::string& path : constraints_) {
      if (auto list = list_of(path, one)) part.by.push_back(*std::move(list));
    }
    if (!part.by.empty()) read_.constrained.push_back(std::move(part));
  }

  // Of ARG and ENV, for the lists that no command names.
  void note_index(std::string_view name, std::string_view value) {
    const bool is_index = is_variable_of_pip(name, "PIP_INDEX_URL") || is_variable_of_pip(name, "PIP_PYPI_URL");
    if (is_index && !value.contains('$') && !value.empty()) read_.lock.index = without_credentials(value);
  }

  void cut_off(std::size_t line) { leave_out(line, "it has more commands, or deeper ones, than are judged"); }

  bool is_full() const { return read_.lock.packages.size() >= kMostLockedPackages; }
  RequirementsText take() && { return std::move(read_); }

 private:
  // Where `cd` has led, in the commands of one text.
  void note_folder(const BuildCommand& one) {
    const std::vector<std::string>& words = one.command.words;
    if (words.size() == 2 && words[0] == "cd") folders_[one.group] /= words[1];
  }

  // What it says to the command at hand.
  void note_environment(const BuildCommand& one, bool is_uv) {
    const std::string lists = (is_uv ? uv_constraint_ : constraint_).of(one);
    for (const auto part : std::views::split(lists, ' ')) {
      if (!part.empty()) constraints_.emplace_back(part.begin(), part.end());
    }
    const std::string prereleases = is_uv ? std::string() : prereleases_.of(one);
    takes_prereleases_ = takes_prereleases_ || is_switched_on(prereleases);
  }

  // PIP_INDEX_URL with its other name, and what uv has for it.
  std::string index_of_environment(const BuildCommand& one, bool is_uv) {
    std::string index = (is_uv ? uv_default_index_ : pip_index_).of(one);
    std::string other = (is_uv ? uv_index_ : pypi_index_).of(one);
    if (index.contains('$') || other.contains('$')) {
      leave_out(one.line, "it asks an index that only the build knows");
      return {};
    }
    if (index.empty()) std::swap(index, other);
    if (!other.empty() && other != index) read_.lock.more_indexes.push_back(without_credentials(other));
    return without_credentials(index);
  }

  // What is asked beside the index, parted by blanks.
  void add_more_of_environment(const BuildCommand& one, bool is_uv) {
    for (const PipVariable* variable : {is_uv ? &uv_more_ : &pip_more_, is_uv ? &uv_indexes_ : &pip_links_}) {
      if (has_no_index_ && variable != &pip_links_) continue;
      for (const auto part : std::views::split(variable->of(one), ' ')) {
        if (!part.empty()) more_.push_back(without_credentials(std::string_view(part)));
      }
    }
  }

  void leave_out(std::size_t line, std::string why) {
    read_.lock.left_out.push_back({fmt::format("{}:{}", file_, line), std::move(why)});
  }

  void add_words(const Installing& installing, const BuildCommand& one) {
    const Takes takes = installing.installer.takes;
    const std::vector<std::string>& words = installing.words;
    const std::string_view tool = installing.installer.tool;
    const std::string_view verb = installing.installer.verb;
    if (takes == Takes::Unlisted)
      return leave_out(one.line, fmt::format("'{} {}' takes versions that no list says", tool, verb));
    bool has_named = false;   // something that is installed
    bool has_source = false;  // what the first word comes from
    const std::optional<RunTarget> target = run_target(installing);
    const bool is_script = target && target->is_script;
    std::string_view synced;  // a script whose packages are installed
    for (std::size_t i = 0; i < words.size() && !is_full(); ++i) {
      const std::string& word = words[i];
      if (word.starts_with('-')) {
        if (word == "-" && takes == Takes::With) leave_out(one.line, "it runs a script that only the build knows");
        InstallOption option = option_of(word, installing.is_uv ? "uv" : tool);
        if (tool == "pipx" && option.name == "-f") continue;  // --force
        if (tool == "pip" && !installing.is_uv) option.name = whole_option(option.name);
        const bool is_folder = verb == "download" && (option.name == "-d" || option.name == "--dest");
        const bool has_next = option.value.empty() && !word.ends_with('=') && i + 1 < words.size();
        if ((is_folder || takes_value(installing, option.name)) && has_next) option.value = words[++i];
        take_place(option, one);
        if (takes == Takes::Locked) {
          take_upgrade(option, installing, one);
          if (installing.is_uv && option.name == "--script") synced = option.value;
          continue;
        }
        const bool is_run =
            takes == Takes::FirstName || takes == Takes::With || tool == "pipx" || (tool == "uv" && verb == "install");
        has_source = (is_run && take_run_option(option, one)) || has_source;
        if (tool == "pip") has_named = take_group(option, one) || has_named;
        has_named = take_option(option, one) || has_named;
      } else if (takes == Takes::Locked) {
        continue;
      } else if (takes == Takes::With) {
        // What is run; of a script it is read what it needs. What is fetched for it is build.pipe-to-shell.
        if (is_script) add_list(target->word, one, ListForm::Script);
        break;
      } else if (takes == Takes::FirstName && has_source) {
        break;  // what is run
      } else {
        has_named = true;
        if (takes == Takes::FirstName) {
          is_script ? add_list(target->word, one, ListForm::Script) : add_word(as_requirement(word), one.line);
          break;
        }
        takes == Takes::Lists ? add_list(word, one) : add_word(word, one.line);
      }
    }
    const bool needs_more = takes == Takes::NamesOrLocked || takes == Takes::Lists;
    const bool by_lock = takes == Takes::Locked || (needs_more && !has_named && !installing.installer.lock.empty());
    if (!synced.empty()) return add_list(std::string(synced), one, ListForm::Script);
    if (by_lock) add_list(std::string(installing.installer.lock), one);
    // A lock file says itself where its packages come from.
    if (by_lock && takes != Takes::Lists && !index_.empty()) read_.lock.more_indexes.push_back(index_);
  }

  // What pip and uv install by names of lists in a project's own file, or in a script.
  bool take_group(const InstallOption& option, const BuildCommand& one) {
    if (option.name == "--requirements-from-script") {
      add_list(std::string(option.value), one, ListForm::ScriptThatSays);
      return true;
    }
    if (option.name != "--group") return false;
    const std::size_t colon = option.value.rfind(':');
    const bool has_path = colon != std::string_view::npos && colon > 0;
    if (option.value.contains('$')) {
      leave_out(one.line, fmt::format("it installs the group '{}', which only the build knows", shown(option.value)));
    } else {
      add_list(std::string(has_path ? option.value.substr(0, colon) : "pyproject.toml"), one);
    }
    return true;
  }

  // Of what runs something out of a package: whether it says which package that is.
  bool take_run_option(const InstallOption& option, const BuildCommand& one) {
    if (option.name == "--with-requirements") add_list(std::string(option.value), one);
    if (option.name == "--from" || option.name == "--spec")
      add_word(as_requirement(std::string(option.value)), one.line);
    if (option.name == "--with" || option.name == "-w" || option.name == "--preinstall" ||
        option.name == "--with-executables-from") {
      for (const std::string& name : names_parted_by_commas(option.value)) add_word(as_requirement(name), one.line);
    }
    if (option.name == "--with-editable")
      leave_out(one.line, fmt::format("'{}' is no package of the index", shown(option.value)));
    return option.name == "--from" || option.name == "--spec";
  }

  // Whether it names something to install.
  bool take_option(const InstallOption& option, const BuildCommand& one) {
    if (option.name == "-r" || option.name == "--requirement" || option.name == "--requirements") {
      add_list(std::string(option.value), one);
      return true;
    }
    if (option.name == "-e" || option.name == "--editable") {
      leave_out(one.line,
                fmt::format("pip installs '{}' as editable, which is no package of the index", shown(option.value)));
      return true;
    }
    if (option.name == "-c" || option.name == "--constraint" || option.name == "--constraints") {
      constraints_.emplace_back(option.value);
    }
    if (option.name == "--override" || option.name == "--overrides") {
      leave_out(one.line,
                fmt::format("it puts other versions in the place of those that are asked for, by the list '{}'",
                            shown(option.value)));
    }
    const bool is_any = option.name == "--prerelease" && option.value != "disallow";
    if (option.name == "--pre" || is_any) takes_prereleases_ = true;
    return false;
  }

  // Where packages come from, and whether they are built here.
  void take_place(const InstallOption& option, const BuildCommand& one) {
    constexpr auto kIndexes =
        std::to_array<std::string_view>({"-i", "--index-url", "--pypi-url", "--default-index", "--pypi-mirror"});
    constexpr auto kHanding = std::to_array<std::string_view>({"--pip-args", "--extra-pip-args"});
    constexpr auto kBuilding = std::to_array<std::string_view>(
        {"--no-binary", "--no-binary-package", "--global-option", "--build-option", "--install-option"});
    const auto is_among = [&](const auto& list) { return std::ranges::find(list, option.name) != list.end(); };
    if (is_among(kIndexes)) index_ = without_credentials(option.value);
    if (option.name == "--no-index") has_no_index_ = true;
    constexpr auto kMore = std::to_array<std::string_view>({"--extra-index-url", "--index", "-f", "--find-links"});
    if (is_among(kMore) && !option.value.empty()) more_.push_back(without_credentials(option.value));
    if (option.name == "-f" || option.name == "--find-links") {
      links_.push_back(without_credentials(option.value));
      read_.lock.more_indexes.push_back(links_.back());
    }
    if (is_among(kHanding) && !option.value.empty()) {
      leave_out(one.line, fmt::format("it hands '{}' to pip, which is not followed", shown(option.value)));
    }
    if (is_among(kBuilding) && option.value != ":none:") {
      leave_out(one.line,
                fmt::format("'{}' takes sources, which run to be built: what is judged is the wheel", option.name));
    }
  }

  // `uv sync --upgrade` passes its lock file by.
  void take_upgrade(const InstallOption& option, const Installing& installing, const BuildCommand& one) {
    const bool is_upgrade = option.name == "--upgrade" || option.name == "-U" || option.name == "--upgrade-package";
    if (!installing.is_uv || !is_upgrade) return;
    leave_out(one.line, fmt::format("'{}' takes versions that no list says", option.name));
  }

  void add_list(const std::string& path, const BuildCommand& one) {
    // uv reads a script for what it needs, pip by its lines.
    add_list(path, one, is_read_by_uv_ && is_named_as_script(path) ? ListForm::ScriptThatSays : ListForm::ByName);
  }

  void add_list(const std::string& path, const BuildCommand& one, ListForm form) {
    auto list = list_of(path, one);
    if (!list) return;
    list->form = form;
    read_.included.push_back(*std::move(list));
  }

  // Nothing where only the build knows it, which is noted.
  std::optional<IncludedList> list_of(const std::string& path, const BuildCommand& one) {
    if (path.empty() || path == "-" || path.contains('$') || path.contains("://") || path.starts_with("/dev/") ||
        path.starts_with("/proc/")) {
      leave_out(one.line, fmt::format("it installs by the list '{}', which only the build knows", shown(path)));
      return std::nullopt;
    }
    const auto folder = folders_.find(one.group);
    const std::filesystem::path whole = folder == folders_.end() ? std::filesystem::path(path) : folder->second / path;
    return IncludedList{whole.lexically_normal().native(), false, one.line};
  }

  void add_word(const std::string& word, std::size_t line) {
    if (word.contains('$')) {
      leave_out(line, fmt::format("pip installs '{}', which only the build knows", shown(word)));
      add_name(word, line);
    } else if (is_place(word) && !word.contains('@')) {
      leave_out(line, fmt::format("pip installs '{}', which names no package", shown(word)));
    } else if (auto locked = parse_requirement(word, fmt::format("{}:{}", file_, line))) {
      read_.lock.packages.push_back(*std::move(locked));
    } else {
      leave_out(line, fmt::format("pip installs '{}', which cannot be read", shown(word)));
      add_name(word, line);
    }
  }

  // Of what is left out, where it is to be read.
  void add_name(const std::string& word, std::size_t line) {
    if (auto named = name_in(word, fmt::format("{}:{}", file_, line))) read_.lock.packages.push_back(*std::move(named));
  }

  static std::string shown(std::string_view text) {
    return to_visible(without_credentials(text).substr(0, kLongestShown), false);
  }

  std::string_view file_;
  RequirementsText read_;
  PipVariable constraint_;
  PipVariable uv_constraint_;
  PipVariable prereleases_;
  PipVariable pip_no_index_;
  PipVariable pip_index_;
  PipVariable pypi_index_;
  PipVariable uv_index_;
  PipVariable uv_default_index_;
  PipVariable pip_more_;
  PipVariable pip_links_;
  PipVariable uv_more_;
  PipVariable uv_indexes_;
  // Of the command at hand.
  std::string index_;
  std::vector<std::string> more_;
  std::vector<std::string> links_;  // of these, pages of files
  std::vector<std::string> constraints_;
  bool takes_prereleases_ = false;
  bool is_read_by_uv_ = false;
  bool has_no_index_ = false;
  std::map<std::size_t, std::filesystem::path> folders_;  // by group
};

}  // namespace

RequirementsText pip_words_of(const Dockerfile& dockerfile, std::string_view file) {
  Gathering gathering(dockerfile, file);
  BuildVariables variables;
  for (const BuildInstruction& one : dockerfile.instructions) {
    for (const auto& [name, value] : variables.values_of(one)) gathering.note_index(name, value);
    variables.pass(one);
  }
  const BuildCommands commands = commands_of(dockerfile);
  for (const BuildCommand& one : commands.all) {
    if (!gathering.is_full()) gathering.add(one);
  }
  if (!commands.is_whole) gathering.cut_off(commands.all.empty() ? 1 : commands.all.back().line);
  return std::move(gathering).take();
}

}  // namespace berth::vet
