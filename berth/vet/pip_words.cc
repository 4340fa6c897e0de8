// The part of build_rules.h about what is installed of Python's packages.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/vet/build_commands.h"
#include "berth/vet/build_rules.h"
#include "berth/vet/constraints.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/pip_variables.h"
#include "berth/vet/requirements.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestShown = 120;

// Options of pip install and its kin that take the next word.
constexpr auto kWithValue = std::to_array<std::string_view>({"-r",
                                                             "--requirement",
                                                             "-c",
                                                             "--constraint",
                                                             "-i",
                                                             "--index-url",
                                                             "--extra-index-url",
                                                             "-f",
                                                             "--find-links",
                                                             "-t",
                                                             "--target",
                                                             "--prefix",
                                                             "--root",
                                                             "--trusted-host",
                                                             "--platform",
                                                             "--abi",
                                                             "--src",
                                                             "--python-version",
                                                             "--timeout",
                                                             "--retries",
                                                             "--proxy",
                                                             "--cert",
                                                             "--cache-dir",
                                                             "--no-binary",
                                                             "--only-binary",
                                                             "--progress-bar",
                                                             "--use-feature",
                                                             "--constraints",
                                                             "--build-constraint",
                                                             "--build-constraints",
                                                             "--override",
                                                             "--overrides",
                                                             "--prerelease",
                                                             "--upgrade-strategy",
                                                             "--report",
                                                             "--python",
                                                             "-e",
                                                             "--editable",
                                                             "--requirements",
                                                             "--spec",
                                                             "--pip-args",
                                                             "--index",
                                                             "--source",
                                                             "--group",
                                                             "-G",
                                                             "--extras",
                                                             "-E",
                                                             "--directory",
                                                             "-C",
                                                             "--project"});

constexpr auto kVerbs = std::to_array<std::string_view>({"install", "sync", "add"});
// What switches a variable of pip off.
constexpr auto kOff = std::to_array<std::string_view>({"0", "false", "no", "off", "n", "f"});

// What a command's words are.
enum class Takes {
  Names,          // packages, with pip's options among them
  FirstName,      // a package, and what it is run with
  Lists,          // files with packages in them
  Locked,         // nothing that counts: the tool's lock file says what is installed
  NamesOrLocked,  // packages; without any the lock file says
};

struct Installer {
  std::string_view tool;  // or its beginning, where versions follow
  std::string_view verb;  // empty: none
  Takes takes;
  std::string_view lock = {};
};

constexpr auto kInstallers = std::to_array<Installer>({
    {"pip", "install", Takes::Names},
    {"pip", "sync", Takes::Lists},  // of uv
    {"pip-sync", "", Takes::Lists},
    {"pipx", "install", Takes::Names},
    {"pipx", "inject", Takes::Names},
    {"pipx", "run", Takes::FirstName},
    {"easy_install", "", Takes::Names},
    {"uv", "add", Takes::Names},
    {"uv", "install", Takes::Names},
    {"uv", "sync", Takes::Locked, "uv.lock"},
    {"poetry", "add", Takes::Names},
    {"poetry", "install", Takes::Locked, "poetry.lock"},
    {"poetry", "sync", Takes::Locked, "poetry.lock"},
    {"pipenv", "install", Takes::NamesOrLocked, "Pipfile.lock"},
    {"pipenv", "sync", Takes::Locked, "Pipfile.lock"},
    {"pdm", "add", Takes::Names},
    {"pdm", "install", Takes::Locked, "pdm.lock"},
    {"pdm", "sync", Takes::Locked, "pdm.lock"},
});

struct Installing {
  Installer installer;
  std::vector<std::string> words;  // behind the verb
};

// "pip", "pip3.11", "easy_install-3", by the program's name without folders.
bool is_tool(std::string_view tool, std::string_view name) {
  if (!name.starts_with(tool)) return false;
  const std::string_view rest = name.substr(tool.size());
  return rest.find_first_not_of("0123456789.-") == std::string_view::npos;
}

// What the command installs; nothing where it is another.
std::optional<Installing> installed_by(const ShellCommand& command) {
  const std::vector<std::string>& words = command.words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view name = std::string_view(words[i]).substr(words[i].rfind('/') + 1);
    for (const Installer& one : kInstallers) {
      if (!is_tool(one.tool, name)) continue;
      const auto behind = words.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      if (one.verb.empty()) {
        // Without a verb it is the program itself: elsewhere its name may be a package's.
        if (command.program() != name) continue;
        return Installing{one, {behind, words.end()}};
      }
      const auto verb = std::find(behind, words.end(), one.verb);
      if (verb == words.end()) continue;
      // Of `uv pip install` the words are pip's; `uv tool install` is uv's own, `uv python install` no package at all.
      const auto stands_between = [&](std::string_view word) { return std::find(behind, verb, word) != verb; };
      const bool is_other =
          one.tool == "uv" && (stands_between("pip") || (one.verb == "install" && !stands_between("tool")));
      if (!is_other) return Installing{one, {verb + 1, words.end()}};
    }
  }
  return std::nullopt;
}

// `--name=value`, `-nvalue` and `-Un value` apart; the value empty where the next word may be it.
struct Option {
  std::string name;
  std::string_view value;
};
Option option_of(std::string_view word) {
  if (word.starts_with("--")) {
    const std::size_t equals = std::min(word.find('='), word.size());
    return {std::string(word.substr(0, equals)), word.substr(std::min(equals + 1, word.size()))};
  }
  const std::size_t letter = word.find_first_of("rceif", 1);
  if (letter == std::string_view::npos) return {std::string(word), {}};
  return {fmt::format("-{}", word[letter]), word.substr(letter + 1)};
}

bool is_place(std::string_view word) {
  return word.contains("://") || word.contains('/') || word == "." || word.ends_with(".whl") ||
         word.ends_with(".tar.gz") || word.ends_with(".zip");
}

// `>` and what follows it, as in `pip install x > log`.
bool is_redirection(std::string_view word) {
  while (!word.empty() && word.front() >= '0' && word.front() <= '9') word.remove_prefix(1);
  return word.starts_with("> ") || word == ">" || word == ">>" || word == "<" || word.starts_with(">/") ||
         word.starts_with(">&") || word.starts_with("&>");
}

// Gathers what the commands of one build install.
class Gathering {
 public:
  Gathering(const Dockerfile& dockerfile, std::string_view file)
      : file_(file),
        constraint_("PIP_CONSTRAINT", dockerfile),
        uv_constraint_("UV_CONSTRAINT", dockerfile),
        prereleases_("PIP_PRE", dockerfile) {}

  void add(const BuildCommand& one) {
    note_folder(one);
    note_index(one.command.words);
    for (PipVariable* variable : {&constraint_, &uv_constraint_, &prereleases_}) variable->note(one);
    if (std::ranges::find(one.command.words, "setup.py") != one.command.words.end() &&
        std::ranges::find(one.command.words, "install") != one.command.words.end()) {
      leave_out(one.line, "'setup.py install' takes what its own code says");
    }
    const auto installing = installed_by(one.command);
    if (!installing) return;
    index_.clear();
    constraints_.clear();
    takes_prereleases_ = false;
    const std::size_t before = read_.lock.packages.size();
    const std::size_t lists = read_.included.size();
    add_words(*installing, one);
    for (std::size_t i = before; i < read_.lock.packages.size(); ++i) read_.lock.packages[i].index = index_;
    for (std::size_t i = lists; i < read_.included.size(); ++i) read_.included[i].index = index_;
    if (installing->installer.takes == Takes::Locked) return;
    note_environment(one);
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

  void note_index(const std::vector<std::string>& words) {
    constexpr std::string_view kVariable = "PIP_INDEX_URL=";
    for (const std::string_view word : words) {
      const bool is_known = word.starts_with(kVariable) && !word.contains('$') && word.size() > kVariable.size();
      if (is_known) read_.lock.index = without_credentials(word.substr(kVariable.size()));
    }
  }

  bool is_full() const { return read_.lock.packages.size() >= kMostLockedPackages; }
  RequirementsText take() && { return std::move(read_); }

 private:
  // Where `cd` has led, in the commands of one text.
  void note_folder(const BuildCommand& one) {
    const std::vector<std::string>& words = one.command.words;
    if (words.size() == 2 && words[0] == "cd") folders_[one.group] /= words[1];
  }

  // What it says to the command at hand.
  void note_environment(const BuildCommand& one) {
    // `uv pip install`, not `pip install uv`.
    const std::vector<std::string>& words = one.command.words;
    const auto tool = std::ranges::find(words, "uv");
    const bool is_uv = tool != words.end() && tool < std::ranges::find_first_of(words, kVerbs);
    const std::string lists = (is_uv ? uv_constraint_ : constraint_).of(one);
    for (const auto part : std::views::split(lists, ' ')) {
      if (!part.empty()) constraints_.emplace_back(part.begin(), part.end());
    }
    const std::string prereleases = is_uv ? std::string() : prereleases_.of(one);
    const bool is_off = prereleases.empty() || std::ranges::find(kOff, prereleases) != kOff.end();
    takes_prereleases_ = takes_prereleases_ || !is_off;
  }

  void leave_out(std::size_t line, std::string why) {
    read_.lock.left_out.push_back({fmt::format("{}:{}", file_, line), std::move(why)});
  }

  void add_words(const Installing& installing, const BuildCommand& one) {
    const Takes takes = installing.installer.takes;
    const std::vector<std::string>& words = installing.words;
    bool has_named = false;
    for (std::size_t i = 0; takes != Takes::Locked && i < words.size() && !is_full(); ++i) {
      const std::string& word = words[i];
      if (is_redirection(word) || (has_named && takes == Takes::FirstName)) break;
      if (word.starts_with('-')) {
        Option option = option_of(word);
        if (installing.installer.tool == "pipx" && option.name == "-f") continue;  // --force
        const bool wants_value = std::ranges::find(kWithValue, option.name) != kWithValue.end();
        if (wants_value && option.value.empty() && i + 1 < words.size()) option.value = words[++i];
        has_named = take_option(option, one) || has_named;
      } else {
        has_named = true;
        takes == Takes::Lists ? add_list(word, one) : add_word(word, one.line);
      }
    }
    const bool by_lock = takes == Takes::Locked || (takes == Takes::NamesOrLocked && !has_named);
    if (by_lock) add_list(std::string(installing.installer.lock), one);
  }

  // Whether it names something to install.
  bool take_option(const Option& option, const BuildCommand& one) {
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
    if (option.name == "-i" || option.name == "--index-url") index_ = without_credentials(option.value);
    if (option.name == "-f" || option.name == "--find-links") {
      read_.lock.more_indexes.push_back(without_credentials(option.value));
    }
    return false;
  }

  void add_list(const std::string& path, const BuildCommand& one) {
    if (auto list = list_of(path, one)) read_.included.push_back(*std::move(list));
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
    } else if (is_place(word) && !word.contains('@')) {
      leave_out(line, fmt::format("pip installs '{}', which names no package", shown(word)));
    } else if (auto locked = parse_requirement(word, fmt::format("{}:{}", file_, line))) {
      read_.lock.packages.push_back(*std::move(locked));
    } else {
      leave_out(line, fmt::format("pip installs '{}', which cannot be read", shown(word)));
    }
  }

  static std::string shown(std::string_view text) {
    return to_visible(without_credentials(text).substr(0, kLongestShown), false);
  }

  std::string_view file_;
  RequirementsText read_;
  PipVariable constraint_;
  PipVariable uv_constraint_;
  PipVariable prereleases_;
  // Of the command at hand.
  std::string index_;
  std::vector<std::string> constraints_;
  bool takes_prereleases_ = false;
  std::map<std::size_t, std::filesystem::path> folders_;  // by group
};

}  // namespace

RequirementsText pip_words_of(const Dockerfile& dockerfile, std::string_view file) {
  Gathering gathering(dockerfile, file);
  for (const BuildInstruction& one : dockerfile.instructions) {
    if (one.keyword != "ENV" && one.keyword != "ARG") continue;
    for (const ShellCommand& command : shell_commands(one.text)) gathering.note_index(command.words);
  }
  for (const BuildCommand& one : commands_of(dockerfile)) {
    if (!gathering.is_full()) gathering.add(one);
  }
  return std::move(gathering).take();
}

}  // namespace berth::vet
