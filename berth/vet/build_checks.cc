// The part of build_sight.h about checks that are left out, indexes, and what steers pip and uv.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/vet/build_settings.h"
#include "berth/vet/build_sight.h"
#include "berth/vet/build_variables.h"
#include "berth/vet/install_words.h"
#include "berth/vet/lock_file.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestShown = 80;

template <std::size_t N>
bool is_among(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::ranges::find(list, word) != list.end();
}

std::string shown(std::string_view text) {
  return to_visible(without_credentials(text).substr(0, kLongestShown), false);
}

std::string_view base_name(std::string_view word) { return word.substr(word.rfind('/') + 1); }

bool says_no(std::string_view value) {
  constexpr auto kNo = std::to_array<std::string_view>({"0", "false", "no", "off", "n", "f"});
  return is_among(lower_case(value), kNo);
}

// The options by which programs leave out checks.
struct Unchecked {
  std::string_view program;  // empty: what installs Python's packages
  std::string_view option;   // the beginning of a word
};

constexpr auto kUnchecked = std::to_array<Unchecked>({
    {"curl", "--insec"},
    {"wget", "--no-check"},
    {"", "--tr"},  // --trusted-host, as pip takes it
    {"", "--allow-insecure-host"},
    {"apt", "--allow-unauthenticated"},
    {"apt", "--allow-insecure-repositories"},
    {"apt-get", "--allow-unauthenticated"},
    {"apt-get", "--allow-insecure-repositories"},
    {"apt-get", "--force-yes"},
    {"apk", "--allow-untrusted"},
    {"yum", "--nogpg"},
    {"dnf", "--nogpg"},
    {"dnf", "--no-gpgchecks"},
    {"microdnf", "--nogpg"},
    {"zypper", "--no-gpg-checks"},
    {"rpm", "--nosignature"},
    {"rpm", "--nodigest"},
    {"rpm", "--noverify"},
    {"npm", "--no-strict-ssl"},
});

// In configurations and settings, wherever they stand: in lower case, without quotes, blanks as one.
constexpr auto kUncheckedTexts = std::to_array<std::string_view>({
    "trusted=yes",
    "trusted: yes",
    "gpgcheck=0",
    "gpgcheck = 0",
    "gpgcheck=false",
    "gpgcheck=no",
    "sslverify=0",
    "sslverify = 0",
    "sslverify=false",
    "sslverify = false",
    "sslverify false",
    "sslverify 0",
    "verify-peer false",
    "verify-peer=false",
    "allowunauthenticated true",
    "allowunauthenticated=true",
    "allowunauthenticated 1",
    "allowunauthenticated=1",
    "allowinsecurerepositories=true",
    "allowinsecurerepositories true",
    "strict-ssl false",
    "strict-ssl=false",
    "ssl_verify false",
    "ssl_verify no",
    "ssl_verify: false",
    "check_certificate=off",
    "check_certificate = off",
});

std::string plain_text(const BuildInstruction& one) {
  std::string whole;
  const auto add = [&](std::string_view text) {
    for (const char c : lower_case(text)) {
      const char blank = c == '\t' ? ' ' : c;
      if (c == '"' || c == '\'' || (blank == ' ' && whole.ends_with(' '))) continue;
      whole += blank;
    }
    whole += '\n';
  };
  if (one.words.empty()) add(one.text);
  for (const std::string& word : one.words) add(word + " ");
  for (const std::string& document : one.documents) add(document);
  return whole;
}

std::string_view unchecked_text(const BuildInstruction& one) {
  constexpr auto kLooked = std::to_array<std::string_view>({"RUN", "COPY", "ADD", "CMD", "ENTRYPOINT"});
  if (!is_among(one.keyword, kLooked)) return {};
  const std::string text = plain_text(one);
  for (const std::string_view wanted : kUncheckedTexts) {
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
      // `repo_gpgcheck=0` is of the list of packages, which are checked themselves.
      const char before = at > 0 ? text[at - 1] : ' ';
      if (before != '_' && (before < 'a' || before > 'z')) return wanted;
    }
  }
  return {};
}

bool has_short_flag(const ShellCommand& command, char flag) {
  const auto begin = command.words.begin() + static_cast<std::ptrdiff_t>(command.program_at());
  return std::any_of(begin, command.words.end(), [&](const std::string& word) {
    return word.size() > 1 && word[0] == '-' && word[1] != '-' && word.find(flag) != std::string::npos;
  });
}

// Whether the command asks a second index by an option.
bool asks_second(const ShellCommand& command) {
  const bool is_uv = names_uv(command);
  const bool is_pip = !is_uv && names_python_tool(command);
  return std::ranges::any_of(command.words, [&](const std::string& word) {
    const std::string_view name = std::string_view(word).substr(0, word.find('='));
    constexpr std::string_view kSecond = "--extra-index-url";
    constexpr std::size_t kShortest = 4;
    // pip takes the beginning of an option for it; its arguments may come through another's: --pip-args.
    return name == kSecond || (is_uv && name == "--index") ||
           (is_pip && ((name.size() >= kShortest && kSecond.starts_with(name)) || word.contains(kSecond)));
  });
}

constexpr auto kConfigurations =
    std::to_array<std::string_view>({"pip.conf", "pip.ini", "uv.toml", ".pydistutils.cfg", "pydistutils.cfg"});
constexpr auto kNotWriting =
    std::to_array<std::string_view>({"rm", "cat", "ls", "test", "[", "grep", "chmod", "chown"});

// The configuration that a word, a redirection or `target=...` of a mount names.
std::string_view configuration_in(std::string_view word) {
  const std::size_t begin = word.find_last_of("/>=");
  const std::string_view name = word.substr(begin == std::string_view::npos ? 0 : begin + 1);
  return is_among(name, kConfigurations) ? name : std::string_view();
}

std::vector<Seen> configurations(const Build& build) {
  std::vector<Seen> seen;
  const auto look = [&](std::size_t line, std::string_view word) {
    const std::string_view name = configuration_in(word);
    const bool is_new = !name.empty() && (seen.empty() || seen.back().line != line);
    if (is_new) seen.push_back({line, fmt::format("'{}' says where packages come from, and is not read", name)});
  };
  for (const BuildInstruction& one : build.file.instructions) {
    for (const std::string& flag : one.flags) {
      for (std::size_t begin = 0; begin < flag.size();) {
        const std::size_t end = std::min(flag.find(',', begin), flag.size());
        look(one.line, std::string_view(flag).substr(begin, end - begin));
        begin = end + 1;
      }
    }
    if (one.keyword != "COPY" && one.keyword != "ADD") continue;
    for (const std::string& word : words_of(one)) look(one.line, word);
  }
  for (const BuildCommand& one : build.commands.all) {
    const auto writes = [](const std::string& word) { return word.contains('>'); };
    if (is_among(one.command.program(), kNotWriting) && std::ranges::none_of(one.command.words, writes)) continue;
    for (const std::string& word : one.command.words) {
      look(one.line, word);
      if (word.starts_with("--config-file") && names_uv(one.command)) look(one.line, "uv.toml");
    }
  }
  return seen;
}

// A shell that runs what another program prints.
void add_unseen_scripts(const Build& build, std::vector<Seen>& seen) {
  std::map<std::size_t, const BuildCommand*> last;           // by group
  const std::vector<Seen> downloads = downloads_run(build);  // which are found as such
  for (const BuildCommand& one : build.commands.all) {
    const ShellCommand& command = one.command;
    const BuildCommand* const before = std::exchange(last[one.group], &one);
    const bool is_unseen = command.reads_pipe && one.scripts.empty() && is_shell(command.program()) &&
                           reads_program(command) && before != nullptr;
    const auto is_document = [](const std::string& word) { return word.starts_with("<<"); };
    const bool is_download = std::ranges::find(downloads, one.line, &Seen::line) != downloads.end();
    if (is_unseen && !is_download && std::ranges::none_of(before->command.words, is_document)) {
      seen.push_back({one.line, fmt::format("'{}' runs what '{}' prints, which only the build knows", command.program(),
                                            shown(before->command.program()))});
    }
  }
}

}  // namespace

std::vector<Seen> unchecked(const Build& build) {
  std::vector<Seen> seen;
  for (const BuildCommand& one : build.commands.all) {
    const std::string_view program = one.command.program();
    for (const Unchecked& row : kUnchecked) {
      const bool is_python = row.program.empty() && names_python_tool(one.command);
      if (!is_python && program != row.program) continue;
      const auto option = std::ranges::find_if(one.command.words, [&](const std::string& word) {
        return word.starts_with(row.option) || (is_python && word.contains("--trusted-host"));
      });
      if (option == one.command.words.end()) continue;
      seen.push_back({one.line, fmt::format("'{} {}' leaves out a check", program, shown(*option))});
      if (is_python) break;
    }
    if (program == "curl" && has_short_flag(one.command, 'k')) {
      seen.push_back({one.line, "'curl -k' leaves out a check"});
    }
  }
  for (const BuildInstruction& one : build.file.instructions) {
    const std::string_view text = unchecked_text(one);
    if (!text.empty()) seen.push_back({one.line, fmt::format("'{}' leaves out a check", text)});
  }
  for (const Set& one : settings_of(build)) {
    const bool leaves_out = (one.steers == Steers::Trusting && !one.value.empty()) ||
                            (one.steers == Steers::Checking && says_no(one.value)) ||
                            (one.steers == Steers::Refusing && !one.value.empty() && !says_no(one.value));
    if (leaves_out) seen.push_back({one.line, fmt::format("{} leaves out a check", one.name)});
  }
  return seen;
}

std::vector<Seen> more_indexes(const Build& build) {
  std::vector<Seen> seen;
  for (const BuildCommand& one : build.commands.all) {
    if (asks_second(one.command)) seen.push_back({one.line, "an option names a second index"});
    const auto& words = one.command.words;
    const auto source = std::ranges::find(words, "source");
    const bool adds_source = one.command.program() == "poetry" && source != words.end() &&
                             std::find(source, words.end(), "add") != words.end();
    if (adds_source) seen.push_back({one.line, "'poetry source add' names another index"});
  }
  for (const Set& one : settings_of(build)) {
    if (one.value.empty()) continue;
    if (one.steers == Steers::SecondIndex) seen.push_back({one.line, fmt::format("{} names a second index", one.name)});
    if (one.steers == Steers::OtherIndex) seen.push_back({one.line, fmt::format("{} names another index", one.name)});
  }
  return seen;
}

std::vector<Seen> unfollowed(const Build& build) {
  std::vector<Seen> seen = configurations(build);
  for (const Set& one : settings_of(build)) {
    const bool is_nothing = one.value.empty() || one.value == "/dev/null" || one.value == ":none:";
    if (one.steers == Steers::Unfollowed && !is_nothing) {
      seen.push_back({one.line, fmt::format("{} changes what is installed, and is not followed", one.name)});
    } else if (one.steers == Steers::PipIndex && one.value.contains('$')) {
      seen.push_back({one.line, fmt::format("{} has a value that only the build knows", one.name)});
    }
  }
  add_unseen_scripts(build, seen);
  constexpr auto kOtherShells = std::to_array<std::string_view>({"powershell", "pwsh", "cmd", "busybox"});
  for (const BuildInstruction& one : build.file.instructions) {
    const std::string_view program = one.words.empty() ? std::string_view() : base_name(one.words.front());
    if (one.keyword == "SHELL" && !is_shell(program) && !is_among(program, kOtherShells)) {
      seen.push_back({one.line, fmt::format("commands are run by '{}', whose language is not read", shown(program))});
    }
  }
  return seen;
}

}  // namespace berth::vet
