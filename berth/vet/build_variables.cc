#include "berth/vet/build_variables.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/lower_case.h"
#include "berth/vet/shell_commands.h"

namespace berth::vet {
namespace {}  // namespace

std::vector<std::string> words_of(const BuildInstruction& instruction) {
  if (!instruction.words.empty()) return instruction.words;
  std::vector<std::string> words;
  for (const ShellCommand& command : shell_commands(instruction.text)) {
    words.insert(words.end(), command.words.begin(), command.words.end());
  }
  return words;
}

std::vector<std::pair<std::string, std::string>> variables_of(const BuildInstruction& instruction) {
  std::vector<std::pair<std::string, std::string>> variables;
  if (instruction.keyword != "ENV" && instruction.keyword != "ARG") return variables;
  const std::vector<std::string> words = words_of(instruction);
  if (words.empty()) return variables;
  if (instruction.keyword == "ENV" && !words.front().contains('=')) {
    std::string value;
    for (std::size_t i = 1; i < words.size(); ++i) value += (i > 1 ? " " : "") + words[i];
    variables.emplace_back(words.front(), std::move(value));
    return variables;
  }
  for (const std::string& word : words) {
    const std::size_t equals = std::min(word.find('='), word.size());
    variables.emplace_back(word.substr(0, equals), word.substr(std::min(equals + 1, word.size())));
  }
  return variables;
}

bool BuildVariables::is_stage(std::string_view name) const {
  const std::string wanted = lower_case(name);
  return ended_.contains(wanted) || (!stage_.empty() && wanted == stage_);
}

void BuildVariables::pass(const BuildInstruction& one) {
  if (one.keyword == "FROM") begin_stage(one);
  if (one.keyword == "ARG" || one.keyword == "ENV") set(one);
}

std::vector<std::pair<std::string, std::string>> BuildVariables::values_of(const BuildInstruction& one) const {
  std::vector<std::pair<std::string, std::string>> all = variables_of(one);
  if (all.empty()) return all;
  const bool is_argument = one.keyword == "ARG";
  const std::vector<std::string> words = is_argument ? words_of(one) : std::vector<std::string>();
  // In front of all stages an argument has what those before it in its line say.
  ShellVariables growing = stage_.empty() ? global_ : ShellVariables();
  const ShellVariables& values = stage_.empty() ? growing : here_;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& [name, value] = all[i];
    const bool has_value = !is_argument || words[i].contains('=');
    const std::string* const given = has_value ? nullptr : global_.find(name);
    if (has_value) {
      value = bytes > kMostHeld ? "$" : with_values(value, values).value_or("$");
    } else {
      value = given != nullptr ? *given : "$";
    }
    bytes += value.size();
    if (stage_.empty()) growing.assign(name, value);
  }
  return all;
}

void BuildVariables::begin_stage(const BuildInstruction& from) {
  if (!stage_.empty()) {
    const auto ended = std::make_shared<const Stage>(Stage{std::move(here_), std::move(by_env_)});
    ended_[fmt::format("{}", stages_ - 1)] = ended;
    ended_[stage_] = ended;
  }
  const std::vector<std::string> words = words_of(from);
  const auto base = words.empty() ? ended_.end() : ended_.find(lower_case(words[0]));
  here_ = base == ended_.end() ? ShellVariables() : base->second->values;
  by_env_ = base == ended_.end() ? std::set<std::string, std::less<>>() : base->second->by_env;
  stage_ = words.size() > 2 ? lower_case(words[2]) : fmt::format("{}", stages_);
  ++stages_;
}

void BuildVariables::set(const BuildInstruction& one) {
  const bool is_argument = one.keyword == "ARG";
  ShellVariables& values = stage_.empty() ? global_ : here_;
  const std::vector<std::string> words = is_argument ? words_of(one) : std::vector<std::string>();
  auto all = values_of(one);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& [name, value] = all[i];
    if (is_argument && by_env_.contains(name)) continue;
    if (!is_argument) by_env_.insert(name);
    // An argument that the file gives no value has none, unless who builds gives it one.
    const bool has_value = !is_argument || words[i].contains('=') || global_.find(name) != nullptr;
    if (has_value) values.assign(name, std::move(value));
  }
}

}  // namespace berth::vet
