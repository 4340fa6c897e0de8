// The simple commands in a text for a shell, as far as they can be told without running it. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/shell_variables.h"

namespace berth::vet {

struct ShellCommand {
  // Quotes and backslashes taken away; `$NAME` as it stands there where its value is not known, and so is `$(...)`.
  std::vector<std::string> words;
  std::vector<std::string> inner;  // texts of $(...), `...` and <(...) in it
  bool reads_pipe = false;         // what the command before it prints is what it reads
  // Which of the words begin a redirection, where variables were given: `>log`, and `2>` with its file in the next.
  std::vector<std::size_t> redirections;

  // Without redirections: what the program gets.
  ShellCommand plain() const;
  // The program's name without folders; behind `sudo`, `env`, `timeout 5` and others that run what their words say, and
  // behind variables that are set for it.
  std::string_view program() const;
  // Which of the words that is; their number where there is none.
  std::size_t program_at() const;
};

// Total: whatever the text is, with at most 10,000 commands. Those of inner texts are not among them.
std::vector<ShellCommand> shell_commands(std::string_view text);

inline constexpr std::size_t kMostExpanded = std::size_t{8} << 20;

// Gives `take` each in its order, with the values of variables, which the commands change as they go. Of values it
// writes at most `room` bytes, which grows less by them. Whether that was the whole text.
bool for_each_command(std::string_view text, ShellVariables& variables, std::size_t& room,
                      const std::function<void(ShellCommand)>& take);

// The name in `NAME=value`; empty where the word is no such thing.
std::string_view assigned_name(std::string_view word);

}  // namespace berth::vet
