#include "berth/vet/pip_variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/vet/build_settings.h"
#include "berth/vet/build_variables.h"

namespace berth::vet {
namespace {

// The value that one of the words gives it: `NAME=value`.
std::optional<std::string> given(const std::vector<std::string>& words, std::string_view wanted) {
  std::optional<std::string> value;
  for (const std::string& word : words) {
    const std::string_view name = assigned_name(word);
    if (!name.empty() && is_variable_of_pip(name, wanted)) value = word.substr(name.size() + 1);
  }
  return value;
}

// What a stage says.
struct Said {
  std::string value;
  bool is_env = false;  // which no argument changes
};

// What switches a variable of pip off.
constexpr auto kOff = std::to_array<std::string_view>({"0", "false", "no", "off", "n", "f"});

}  // namespace

bool is_switched_on(std::string_view value) { return !value.empty() && std::ranges::find(kOff, value) == kOff.end(); }

PipVariable::PipVariable(std::string name, const Dockerfile& dockerfile) : name_(std::move(name)) {
  BuildVariables variables;
  std::map<std::string, Said> stages;  // what each ends with
  std::string stage;
  for (const BuildInstruction& one : dockerfile.instructions) {
    if (one.keyword == "FROM") {
      const std::vector<std::string> words = words_of(one);
      const auto base = words.empty() ? stages.end() : stages.find(lower_case(words[0]));
      const Said said = base == stages.end() ? Said() : base->second;
      stage = words.size() > 2 ? lower_case(words[2]) : fmt::format("stage {}", one.line);
      stages[stage] = said;
      changes_.push_back({one.line, said.value});
    }
    Said& said = stages[stage];
    for (auto& [variable, value] : variables.values_of(one)) {
      const bool is_env = one.keyword == "ENV";
      if (!is_variable_of_pip(variable, name_) || (said.is_env && !is_env)) continue;
      said = {std::move(value), said.is_env || is_env};
      changes_.push_back({one.line, said.value});
    }
    variables.pass(one);
  }
}

void PipVariable::note(const BuildCommand& command) {
  const std::vector<std::string>& words = command.command.words;
  constexpr auto kDeclaring = std::to_array<std::string_view>({"export", "declare", "typeset", "readonly", "local"});
  const auto is_it = [&](const std::string& word) { return is_variable_of_pip(word, name_); };
  const std::string_view program = command.command.program();
  const bool declares = std::ranges::find(kDeclaring, program) != kDeclaring.end();
  const bool names_it = std::ranges::any_of(words, is_it);
  if (auto value = given(words, name_); value && (declares || program.empty())) {
    // Without export it is the shell's alone, unless the environment has it.
    const bool is_seen = declares || !of_environment(command).empty();
    (is_seen ? exported_ : assigned_)[command.group] = {command.line, *std::move(value)};
  } else if (declares && names_it) {
    const auto before = assigned_.find(command.group);
    if (before != assigned_.end()) exported_[command.group] = before->second;
  } else if (program == "unset" && names_it) {
    exported_[command.group] = {command.line, {}};
  }
}

std::string PipVariable::of(const BuildCommand& command) const {
  auto value = given(command.command.words, name_);
  return value ? *std::move(value) : of_environment(command);
}

std::string PipVariable::of_environment(const BuildCommand& command) const {
  // A text in another has what that exports: its group comes behind.
  const auto behind = exported_.upper_bound(command.group);
  if (behind != exported_.begin() && std::prev(behind)->second.line == command.line) {
    return std::prev(behind)->second.value;
  }
  std::string value;
  for (const Change& change : changes_) {
    if (change.line <= command.line) value = change.value;
  }
  return value;
}

}  // namespace berth::vet
