// The simple commands in a text for a shell, as far as they can be told without running it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::vet {

struct ShellCommand {
  std::vector<std::string> words;  // quotes and backslashes taken away; `$NAME` as it stands there
  std::vector<std::string> inner;  // texts of $(...), `...` and <(...) in it
  bool reads_pipe = false;         // what the command before it prints is what it reads

  // The program's name without folders; behind `sudo`, `env`, `exec`, `time` and variables that are set for it.
  std::string_view program() const;
};

// Total: whatever the text is, with at most 10,000 commands. Those of inner texts are not among them.
std::vector<ShellCommand> shell_commands(std::string_view text);

}  // namespace berth::vet
