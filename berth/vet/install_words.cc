#include "berth/vet/install_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "berth/vet/install_options.h"
#include "berth/vet/install_tools.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostWords = 4'000;
constexpr std::size_t kMostTools = 64;  // in one command

constexpr auto kInstallers = std::to_array<Installer>({
    {"pip", "install", Takes::Names},
    {"pip", "sync", Takes::Lists},  // of uv
    {"pip", "wheel", Takes::Names, "", "", true},
    {"pip", "download", Takes::Names, "", "", true},
    {"pip-sync", "", Takes::Lists, "requirements.txt"},
    {"piptools", "sync", Takes::Lists, "requirements.txt"},
    {"pipx", "install", Takes::Names},
    {"pipx", "inject", Takes::Names},
    {"pipx", "run", Takes::FirstName},
    {"pipx", "upgrade", Takes::Unlisted},
    {"pipx", "upgrade-all", Takes::Unlisted},
    {"pipx", "reinstall", Takes::Unlisted},
    {"pipx", "reinstall-all", Takes::Unlisted},
    {"easy_install", "", Takes::Names},
    {"uvx", "", Takes::FirstName},
    {"uv", "add", Takes::Names},
    {"uv", "install", Takes::Names, "", "tool"},
    {"uv", "upgrade", Takes::Unlisted, "", "tool"},
    {"uv", "run", Takes::FirstName, "", "tool"},
    {"uv", "run", Takes::With},
    {"uv", "sync", Takes::Locked, "uv.lock"},
    {"poetry", "add", Takes::Names},
    {"poetry", "install", Takes::Locked, "poetry.lock"},
    {"poetry", "sync", Takes::Locked, "poetry.lock"},
    {"poetry", "update", Takes::Unlisted},
    {"pipenv", "install", Takes::NamesOrLocked, "Pipfile.lock"},
    {"pipenv", "sync", Takes::Locked, "Pipfile.lock"},
    {"pipenv", "update", Takes::Unlisted},
    {"pipenv", "upgrade", Takes::Unlisted},
    {"pdm", "add", Takes::Names},
    {"pdm", "install", Takes::Locked, "pdm.lock"},
    {"pdm", "sync", Takes::Locked, "pdm.lock"},
    {"pdm", "update", Takes::Unlisted},
});

// Tools of other ecosystems, whose packages are not judged.
struct Foreign {
  std::string_view tool;
  std::array<std::string_view, 6> verbs;  // one that is "": without any; and "*": without a word, too
};

constexpr auto kForeign = std::to_array<Foreign>({
    {"npm", {"install", "i", "ci", "add", "exec", "update"}},
    {"npx", {""}},
    {"yarn", {"install", "add", "global", "dlx"}},
    {"pnpm", {"install", "i", "add", "dlx", "update"}},
    {"bun", {"install", "i", "add", "x"}},
    {"bunx", {""}},
    {"gem", {"install", "update"}},
    {"bundle", {"install", "update"}},
    {"cargo", {"install", "binstall", "add"}},
    {"go", {"install", "get"}},
    {"conda", {"install", "create", "update", "env"}},
    {"mamba", {"install", "create", "update", "env"}},
    {"micromamba", {"install", "create", "update", "env"}},
    {"pixi", {"install", "add", "global", "exec"}},
    {"rye", {"install", "add", "sync"}},
    {"composer", {"install", "require", "update"}},
    {"luarocks", {"install"}},
    {"micropipenv", {"install"}},
    {"hatch", {"env", "run", "build", "test", "shell", "fmt"}},
    {"tox", {"", "*"}},
    {"nox", {"", "*"}},
    {"cpan", {""}},
    {"cpanm", {""}},
});

// What only looks at its words or shows them.
constexpr auto kShowing = std::to_array<std::string_view>({"echo", "printf", "grep", "egrep", "test", "[", "[[", ":"});
constexpr auto kNaming = std::to_array<std::string_view>({"ln", "cp", "mv", "install", "alias"});

// "pip", "pip3.11", "easy_install-3", "pip.pyz", by the program's name without folders.
bool is_tool(std::string_view tool, std::string_view name) {
  if (!name.starts_with(tool)) return false;
  if (name.ends_with(".pyz")) name.remove_suffix(4);
  return name.substr(tool.size()).find_first_not_of("0123456789.-") == std::string_view::npos;
}

// What stands between a tool and a word behind it.
struct Between {
  bool has_any = false;
  bool has_run = false;
  bool has_part = false;  // of uv: what stands behind is another's
  bool has_under = false;

  void add(const Installer& one, std::string_view word) {
    has_any = true;
    has_run = has_run || word == "run";
    has_part = has_part || word == "pip" || word == "tool" || word == "python";
    has_under = has_under || word == one.under;
  }
  bool fits(const Installer& one) const {
    if (!one.under.empty()) return has_under;
    if (one.is_first) return !has_any;
    if (one.tool == "pip") return true;
    return !has_run && !(one.tool == "uv" && has_part);
  }
};

// The first word that is the verb; the number of words where none is.
std::size_t verb_behind(const Installer& one, const std::vector<std::string>& words, std::size_t tool) {
  Operands operands;
  Between between;
  for (std::size_t i = tool + 1; i < words.size(); ++i) {
    if (!operands.take(words[i])) continue;
    if (words[i] == one.verb && between.fits(one)) return i;
    between.add(one, words[i]);
  }
  return words.size();
}

struct Found {
  const Installer* installer = nullptr;
  std::size_t behind = 0;  // the first word behind the verb
};

Found found_at(const ShellCommand& command, std::size_t i, const Named& named) {
  const std::vector<std::string>& words = command.words;
  Found found;
  for (const Installer& one : kInstallers) {
    if (!is_tool(one.tool, named.name)) continue;
    std::size_t behind = i + 1;
    if (one.verb.empty()) {
      // Without a verb it is the program itself: elsewhere its name may be a package's.
      if (command.program_at() != i && !named.is_module) continue;
    } else {
      behind = verb_behind(one, words, i) + 1;
      if (behind > words.size()) continue;
    }
    if (found.installer == nullptr || behind < found.behind) found = {&one, behind};
  }
  return found;
}

// Words in a text that is no command by itself, as `import pip; pip.main(['install'])`.
std::vector<std::string_view> tokens_of(std::string_view text) {
  const auto is_of_token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./").contains(c);
  };
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_of_token(text[end])) ++end;
    if (end > at) tokens.push_back(program_name(text.substr(at, end - at)));
    at = end + 1;
  }
  return tokens;
}

// The tool that such a text names with a verb behind it; empty where none is.
std::string_view tool_in(std::string_view text) {
  std::vector<std::string_view> tokens = tokens_of(text);
  if (tokens.size() < 2) return {};
  for (std::string_view& one : tokens) one = one.substr(0, std::min(one.find(".main"), one.find("._")));
  for (const Installer& one : kInstallers) {
    const auto tool = std::ranges::find_if(tokens, [&](std::string_view token) { return is_tool(one.tool, token); });
    if (tool == tokens.end() || one.takes == Takes::With) continue;
    if (one.verb.empty() || std::find(tool, tokens.end(), one.verb) != tokens.end()) return *tool;
  }
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    for (const Foreign& one : kForeign) {
      if (tokens[i] == one.tool && !tokens[i + 1].empty() && is_among(tokens[i + 1], one.verbs)) return tokens[i];
    }
  }
  return {};
}

// `go install ./cmd/x` installs what is there.
bool is_own(std::string_view tool, const std::vector<std::string>& words, std::size_t behind) {
  if (tool != "go") return false;
  bool has_own = false;
  for (std::size_t i = behind; i < words.size(); ++i) {
    if (words[i].starts_with("./") || words[i] == ".") {
      has_own = true;
    } else if (words[i].contains('@')) {
      return false;
    }
  }
  return has_own;
}

// `tox --version`.
bool asks_to_be_told(const std::string& word) {
  return word == "--version" || word == "--help" || word == "-h" || word == "-l" || word == "--list";
}

std::optional<std::string> foreign_install(const ShellCommand& command) {
  const std::vector<std::string>& words = command.words;
  std::size_t at = command.program_at();
  std::string_view program = command.program();
  if (is_python(program) && at + 1 < words.size() && words[at + 1].starts_with("-m")) {
    const bool is_glued = words[++at].size() > 2;  // `python -mtox`
    if (!is_glued && ++at == words.size()) return std::nullopt;
    program = std::string_view(words[at]).substr(is_glued ? 2 : 0);
  }
  for (const Foreign& one : kForeign) {
    if (program != one.tool) continue;
    for (std::size_t i = at + 1; i < words.size(); ++i) {
      if (words[i].empty() || !is_among(words[i], one.verbs) || is_own(one.tool, words, i + 1)) continue;
      return fmt::format("'{} {}' installs packages that are not judged here", program, words[i]);
    }
    const bool has_operand = std::any_of(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end(),
                                         [](const std::string& word) { return !word.starts_with('-'); });
    const bool is_alone = one.verbs[1] == "*" && std::none_of(words.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                                              words.end(), asks_to_be_told);
    if (one.verbs[0].empty() && (has_operand || is_alone)) {
      return fmt::format("'{}' installs packages that are not judged here", program);
    }
  }
  return std::nullopt;
}

// `ln -s /usr/bin/pip x`: from there on x installs.
std::optional<std::string> renamed(const ShellCommand& command) {
  if (!is_among(command.program(), kNaming) || command.words.empty()) return std::nullopt;
  const auto is_installer = [](std::string_view word) {
    if (word.contains(' ')) word = word.substr(0, word.find(' '));
    const std::string_view name = program_name(word.substr(word.find('=') + 1));
    return is_any_tool(name) || std::ranges::any_of(kForeign, [&](const Foreign& one) { return one.tool == name; });
  };
  const bool is_alias = command.program() == "alias";
  const std::string& target = command.words.back();
  const bool keeps_name = target.ends_with('/') || target.ends_with("bin") || target == "." || is_installer(target);
  for (std::size_t i = command.program_at() + 1; i < command.words.size(); ++i) {
    const std::string& word = command.words[i];
    if (is_alias ? is_installer(word) && word.contains('=')
                 : !keeps_name && i + 1 < command.words.size() && word.contains('/') && is_installer(word)) {
      return fmt::format("it gives '{}' another name, under which it installs unseen", shown_words(word));
    }
  }
  return std::nullopt;
}

}  // namespace

Named named_at(const std::vector<std::string>& words, std::size_t i, bool behind_python) {
  const std::string_view word = words[i];
  const auto module = [](std::string_view name) { return Named{name.substr(0, name.find('.')), true}; };
  if (!behind_python) return {program_name(word)};
  if (word.starts_with('-') && !word.starts_with("--")) {
    const std::size_t m = word.find('m');
    if (m != std::string_view::npos && m + 1 < word.size()) return module(word.substr(m + 1));
  }
  const std::string_view before = i > 0 ? std::string_view(words[i - 1]) : std::string_view();
  const bool is_module = before.starts_with('-') && !before.starts_with("--") && before.ends_with('m');
  return is_module ? module(word) : Named{program_name(word)};
}

bool is_any_tool(std::string_view name) {
  return std::ranges::any_of(kInstallers, [&](const Installer& one) { return is_tool(one.tool, name); });
}

bool is_too_long(const std::vector<std::string>& words) {
  if (words.size() > kMostWords) return true;
  const auto tools =
      std::ranges::count_if(words, [](const std::string& word) { return is_any_tool(program_name(word)); });
  return static_cast<std::size_t>(tools) > kMostTools;
}

std::vector<Installing> installed_by(const ShellCommand& given) {
  const ShellCommand command = given.plain();
  const std::vector<std::string>& words = command.words;
  if (is_too_long(words)) return {};
  std::vector<Installing> installing;
  bool behind_python = false;
  bool is_uv = false;
  bool is_handed = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Named named = named_at(words, i, behind_python);
    is_uv = is_uv || named.name == "uv" || named.name == "uvx";
    is_handed = is_handed || named.name == "xargs" || named.name == "parallel";
    behind_python = behind_python || is_python(named.name);
    const Found found = found_at(command, i, named);
    if (found.installer == nullptr) continue;
    installing.push_back({*found.installer,
                          {words.begin() + static_cast<std::ptrdiff_t>(found.behind), words.end()},
                          is_uv,
                          is_handed,
                          i});
    if (found.installer->takes != Takes::With && found.installer->takes != Takes::FirstName) break;
    i = found.behind - 1;
  }
  return installing;
}

std::optional<std::string> unclear_install(const BuildCommand& one) {
  const ShellCommand command = one.command.plain();
  if (is_too_long(command.words)) return "a command has too many words to be judged";
  if (is_among(command.program(), kOfDistributions)) return std::nullopt;
  if (auto why = foreign_install(command)) return why;
  if (auto why = renamed(command)) return why;
  const auto goes_on = [](const std::string& word) { return word.contains('>'); };
  const bool only_shows =
      is_among(command.program(), kShowing) && !one.is_read && std::ranges::none_of(one.command.words, goes_on);
  if (only_shows) return std::nullopt;
  if (command.program() == "eval") return std::nullopt;  // its words have been read as commands
  for (const std::string& whole : one.command.words) {
    if (std::ranges::find(one.scripts, whole) != one.scripts.end()) continue;
    std::string word = whole;
    for (const std::string& inner : command.inner) {
      if (const std::size_t at = word.find(inner); at != std::string::npos) word.erase(at, inner.size());
    }
    const std::string_view tool = tool_in(word);
    if (!tool.empty()) {
      return fmt::format("'{}' has a text that installs with '{}', in a way that is not understood: '{}'",
                         shown_words(command.program()), tool, shown_words(word));
    }
  }
  return std::nullopt;
}

bool names_python_tool(const ShellCommand& command) {
  return std::ranges::any_of(command.words, [](std::string_view word) {
    const std::string_view name = word.starts_with("-m") ? word.substr(2) : program_name(word);
    return is_any_tool(name);
  });
}

bool names_uv(const ShellCommand& command) {
  return std::ranges::any_of(
      command.words, [](std::string_view word) { return program_name(word) == "uv" || program_name(word) == "uvx"; });
}

}  // namespace berth::vet
