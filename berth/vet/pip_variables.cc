#include "berth/vet/pip_variables.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace berth::vet {
namespace {

// The value that one of the words gives it: `NAME=value`.
std::optional<std::string> given(const std::vector<std::string>& words, std::string_view name) {
  std::optional<std::string> value;
  for (const std::string& word : words) {
    if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=') {
      value = word.substr(name.size() + 1);
    }
  }
  return value;
}

std::vector<std::string> words_of(const BuildInstruction& one) {
  std::vector<std::string> words;
  for (const ShellCommand& command : shell_commands(one.text)) {
    words.insert(words.end(), command.words.begin(), command.words.end());
  }
  return words;
}

}  // namespace

PipVariable::PipVariable(std::string name, const Dockerfile& dockerfile) : name_(std::move(name)) {
  std::map<std::string, std::string> stages;  // what each ends with
  std::string stage;
  for (const BuildInstruction& one : dockerfile.instructions) {
    const bool is_setting = one.keyword == "ENV" || one.keyword == "ARG";
    if (one.keyword != "FROM" && !is_setting) continue;
    const std::vector<std::string> words = words_of(one);
    if (one.keyword == "FROM") {
      const auto base = words.empty() ? stages.end() : stages.find(words[0]);
      const std::string value = base == stages.end() ? std::string() : base->second;
      stage = words.size() > 2 ? words[2] : fmt::format("stage {}", one.line);
      stages[stage] = value;
      changes_.push_back({one.line, value});
      continue;
    }
    std::optional<std::string> value = given(words, name_);
    if (!value && one.keyword == "ENV" && words.size() > 1 && words[0] == name_) {  // the older form
      value = words[1];
      for (std::size_t i = 2; i < words.size(); ++i) *value += " " + words[i];
    }
    if (!value) continue;
    stages[stage] = *value;
    changes_.push_back({one.line, *std::move(value)});
  }
}

void PipVariable::note(const BuildCommand& command) {
  if (command.command.program() != "export") return;
  if (auto value = given(command.command.words, name_)) exported_[command.group] = *std::move(value);
}

std::string PipVariable::of(const BuildCommand& command) const {
  if (auto value = given(command.command.words, name_)) return *std::move(value);
  if (const auto exported = exported_.find(command.group); exported != exported_.end()) return exported->second;
  std::string value;
  for (const Change& change : changes_) {
    if (change.line <= command.line) value = change.value;
  }
  return value;
}

}  // namespace berth::vet
