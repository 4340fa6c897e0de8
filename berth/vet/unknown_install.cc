// The part of install_words.h about programs, modules and verbs that only the build knows.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "berth/vet/install_tools.h"
#include "berth/vet/install_words.h"

namespace berth::vet {
namespace {

// Whether a word may stand for another: by a variable, or a pattern of files. Folders in front of it do not count.
bool is_unclear(std::string_view word) {
  if (word == "[" || word == "[[") return false;
  const std::size_t closed = word.find_last_of(")}`");
  const std::size_t slash = word.rfind('/');
  const bool is_outside = slash != std::string_view::npos && (closed == std::string_view::npos || closed < slash);
  return word.substr(is_outside ? slash + 1 : 0).find_first_of("$`*?[{") != std::string_view::npos;
}

// `$SUDO -E apt-get install x`: whatever is in front, it installs from elsewhere.
bool is_of_distribution(const std::vector<std::string>& words, std::size_t at) {
  const bool is_variable = words[at].starts_with('$') && !words[at].contains('/');
  std::size_t next = at + 1;
  while (next < words.size() && words[next].size() == 2 && words[next].starts_with('-')) ++next;
  return is_variable && next < words.size() && is_among(program_name(words[next]), kOfDistributions);
}

// The word between the tool and its verb, or in the verb's place, that only the build knows; 0 where none is.
std::size_t unclear_operand(const std::vector<std::string>& words, std::size_t tool, std::size_t verb) {
  Operands operands;
  for (std::size_t i = tool + 1; i < std::min(verb, words.size()); ++i) {
    if (!operands.take(words[i])) continue;
    if (is_unclear(words[i])) return i;
    const bool has_more = words[i] == "pip" || words[i] == "tool" || verb < words.size();
    if (!has_more) return 0;
  }
  return 0;
}

}  // namespace

std::optional<std::string> unknown_install(const ShellCommand& given, const std::vector<Installing>& all) {
  constexpr auto kVerbs = std::to_array<std::string_view>({"install", "add", "sync", "inject", "wheel", "download"});
  const ShellCommand command = given.plain();
  const std::vector<std::string>& words = command.words;
  if (is_too_long(words)) return std::nullopt;
  const auto why = [&](std::size_t i, std::size_t with) {
    return fmt::format("it runs '{}', which only the build knows", shown_words(words[i] + " " + words[with]));
  };
  const auto runs_more = [](const Installing& one) {
    return one.installer.takes == Takes::With || one.installer.takes == Takes::FirstName;
  };
  // Up to what is known to install all that stands behind it.
  const auto known = std::ranges::find_if_not(all, runs_more);
  const std::size_t end = known == all.end() ? words.size() : known->tool;
  const std::size_t at = command.program_at();
  bool behind_python = false;
  for (std::size_t i = 0; i < std::min(end + 1, words.size()); ++i) {
    const Named named = named_at(words, i, behind_python);
    behind_python = behind_python || is_python(named.name);
    const bool is_run = i == at || named.is_module || (i > 0 && words[i - 1] == "run");
    if (!is_run) continue;
    // `pip$IFS'install'`: one word here, several for the shell.
    if (i == at && (words[i].contains("$IFS") || words[i].contains("${IFS"))) {
      return fmt::format("it runs '{}', which only the build knows", shown_words(words[i]));
    }
    if (i < end && is_unclear(named.is_module ? named.name : std::string_view(words[i])) &&
        !is_of_distribution(words, i)) {
      for (std::size_t verb = i + 1; verb < end; ++verb) {
        if (is_among(words[verb], kVerbs)) return why(i, verb);
      }
    }
    if (!is_any_tool(named.name)) continue;
    const auto found = std::ranges::find(all, i, &Installing::tool);
    const std::size_t operand =
        unclear_operand(words, i, found == all.end() ? words.size() : words.size() - found->words.size());
    if (operand > 0) return why(i, operand);
  }
  return std::nullopt;
}

}  // namespace berth::vet
