// The part of shell_commands.h about which program a command runs.
#include <algorithm>

#include "berth/vet/shell_commands.h"

namespace berth::vet {
namespace {

// What runs the program that its words name.
struct Wrapper {
  std::string_view name;
  std::string_view with_value = {};  // letters of its options that take the next word
  std::size_t operands = 0;          // words of its own in front of the program
};

constexpr Wrapper kWrappers[] = {
    {"sudo", "ugpCrtUDRTh"},
    {"doas", "uC"},
    {"env", "uC"},
    {"exec", "a"},
    {"time", "fo"},
    {"nohup"},
    {"command"},
    {"builtin"},
    {"nice", "n"},
    {"ionice", "cnp"},
    {"timeout", "ks", 1},
    {"stdbuf", "ioe"},
    {"setsid"},
    {"chroot", "", 1},
    {"xargs", "InPLdEsa"},
    {"gosu", "", 1},
    {"su-exec", "", 1},
    {"fakeroot", "isl"},
    {"tini", "pe"},
    {"dumb-init", "r"},
    {"busybox"},
    {"toybox"},
    {"flock", "wE", 1},
    {"runuser", "ugG"},
    {"unshare", "SG"},
    {"xvfb-run", "aefnpsw"},
    {"strace", "eopsu"},
    {"setpriv"},
    {"unbuffer"},
    {"chronic"},
    {"then"},
    {"do"},
    {"else"},
    {"if"},
    {"elif"},
    {"while"},
    {"until"},
    {"!"},
    {"{"},
    {"catatonit"},
};

constexpr std::string_view kLongWithValue[] = {"--user",  "--group",    "--kill-after", "--signal",
                                               "--chdir", "--max-args", "--max-procs",  "--unset"};

std::string_view base_name(std::string_view word) {
  // Of `$(...)` the slashes are its own.
  return word.starts_with("$(") ? word : word.substr(word.rfind('/') + 1);
}

// How many words a redirection in front of a command takes: `>log`, `2> log`.
std::size_t words_of_redirection(std::string_view word) {
  const std::size_t begin = std::min(word.find_first_not_of("0123456789"), word.size());
  const std::string_view rest = word.substr(begin);
  if (!rest.starts_with('>') && !rest.starts_with('<') && !rest.starts_with("&>")) return 0;
  return rest.find_first_not_of("<>&|") == std::string_view::npos ? 2 : 1;
}

}  // namespace

std::size_t ShellCommand::program_at() const {
  const Wrapper* wrapper = nullptr;
  std::size_t operands = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto* const found = std::ranges::find(kWrappers, base_name(word), &Wrapper::name);
    if (const std::size_t taken = words_of_redirection(word); taken > 0 && !word.contains('(')) {
      i += taken - 1;
    } else if (operands > 0 && !word.starts_with('-')) {
      --operands;
    } else if (found != std::ranges::end(kWrappers)) {
      wrapper = found;
      operands = found->operands;
    } else if (wrapper != nullptr && word.size() > 1 && word.starts_with('-')) {
      const bool is_short = word.size() == 2 && wrapper->with_value.contains(word[1]);
      if (is_short || std::ranges::find(kLongWithValue, word) != std::ranges::end(kLongWithValue)) ++i;
    } else if (assigned_name(word).empty()) {
      return i;
    }
  }
  return words.size();
}

ShellCommand ShellCommand::plain() const {
  ShellCommand without = {{}, inner, reads_pipe, {}};
  without.words.reserve(words.size());
  auto next = redirections.begin();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (next == redirections.end() || *next != i) {
      without.words.push_back(words[i]);
      continue;
    }
    if (words_of_redirection(words[i]) == 2) ++i;  // with its file
    while (next != redirections.end() && *next <= i) ++next;
  }
  return without;
}

std::string_view ShellCommand::program() const {
  const std::size_t at = program_at();
  return at < words.size() ? base_name(words[at]) : std::string_view();
}

}  // namespace berth::vet
