#include "berth/vet/build_commands.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace berth::vet {
namespace {

constexpr std::size_t kMostCommands = 20'000;
constexpr std::size_t kDeepest = 8;
constexpr std::string_view kRunning[] = {"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"};
constexpr std::string_view kShells[] = {"sh", "bash", "dash", "ash", "zsh", "ksh"};

class Collector {
 public:
  void add_text(std::string_view text, std::size_t line, std::size_t depth) {
    if (depth == kDeepest) return;
    const std::size_t group = groups_++;
    for (ShellCommand& command : shell_commands(text)) add(std::move(command), line, group, depth);
  }

  void add_words(const std::vector<std::string>& words, std::size_t line) {
    ShellCommand command;
    command.words = words;
    add(std::move(command), line, groups_++, 0);
  }

  std::vector<BuildCommand> take() && { return std::move(commands_); }

 private:
  void add(ShellCommand command, std::size_t line, std::size_t group, std::size_t depth) {
    if (commands_.size() == kMostCommands) return;
    const std::vector<std::string> inner = command.inner;
    const bool is_shell = std::ranges::find(kShells, command.program()) != std::ranges::end(kShells);
    std::string script;
    for (std::size_t i = 0; is_shell && i + 1 < command.words.size(); ++i) {
      // -c, -ec, -exc
      const std::string& word = command.words[i];
      if (word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')) script = command.words[i + 1];
    }
    commands_.push_back({std::move(command), line, group});
    if (!script.empty()) add_text(script, line, depth + 1);
    for (const std::string& text : inner) add_text(text, line, depth + 1);
  }

  std::size_t groups_ = 0;
  std::vector<BuildCommand> commands_;
};

}  // namespace

std::vector<BuildCommand> commands_of(const Dockerfile& dockerfile) {
  Collector collector;
  for (const BuildInstruction& one : dockerfile.instructions) {
    if (std::ranges::find(kRunning, one.keyword) == std::ranges::end(kRunning)) continue;
    if (!one.words.empty()) {
      collector.add_words(one.words, one.line);
    } else {
      // HEALTHCHECK has CMD in front of its command.
      const bool is_check = one.keyword == "HEALTHCHECK" && one.text.starts_with("CMD ");
      collector.add_text(std::string_view(one.text).substr(is_check ? 4 : 0), one.line, 0);
    }
    for (const std::string& document : one.documents) collector.add_text(document, one.line, 0);
  }
  return std::move(collector).take();
}

}  // namespace berth::vet
