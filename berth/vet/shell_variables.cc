#include "berth/vet/shell_variables.h"

#include <algorithm>
#include <utility>

namespace berth::vet {
namespace {

constexpr std::size_t kLongestValue = std::size_t{64} << 10;
constexpr std::size_t kLongestBraces = 1024;
constexpr std::size_t kDeepest = 4;

bool is_of_name(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A value that holds what a shell would have to replace is none.
bool is_plain(std::string_view value) {
  return value.size() <= kLongestValue && value.find_first_of("$`") == std::string_view::npos;
}

std::optional<std::string> replaced(std::string_view text, const ShellVariables& variables, std::size_t depth);

// Of `NAME:-other`, the inside of braces.
std::optional<std::string> value_in_braces(std::string_view inside, const ShellVariables& variables,
                                           std::size_t depth) {
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(inside, is_of_name) - inside.begin());
  const std::string_view name = inside.substr(0, end);
  std::string_view rest = inside.substr(end);
  const std::string* value = variables.find(name);
  if (name.empty() || variables.is_unclear(name)) return std::nullopt;
  if (rest.empty()) return value != nullptr ? std::optional(*value) : std::nullopt;
  if (!variables.is_certain(name)) return std::nullopt;
  const bool counts_empty = rest.front() == ':';
  if (counts_empty) rest.remove_prefix(1);
  if (rest.empty()) return std::nullopt;
  const bool is_set = value != nullptr && !(counts_empty && value->empty());
  const auto other = [&] { return replaced(rest.substr(1), variables, depth + 1); };
  switch (rest.front()) {
    case '-':
    case '=':
      return is_set ? std::optional(*value) : other();
    case '+':
      return is_set ? other() : std::nullopt;
    case '?':
      return is_set ? std::optional(*value) : std::nullopt;
    default:
      return std::nullopt;
  }
}

Expansion expansion_in(std::string_view text, std::size_t at, const ShellVariables& variables, std::size_t depth) {
  const std::string_view rest = text.substr(at + 1);
  if (!rest.starts_with('{')) {
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_of_name) - rest.begin());
    const std::string* value = variables.find(rest.substr(0, end));
    if (value == nullptr) return {};
    return {*value, end + 1};
  }
  std::size_t open = 0;
  for (std::size_t i = 0; i < std::min(rest.size(), kLongestBraces); ++i) {
    if (rest[i] == '{') ++open;
    if (rest[i] != '}' || --open != 0) continue;
    return {value_in_braces(rest.substr(1, i - 1), variables, depth), i + 2};
  }
  return {};
}

std::optional<std::string> replaced(std::string_view text, const ShellVariables& variables, std::size_t depth) {
  if (depth == kDeepest || text.contains('`') || text.contains("$(")) return std::nullopt;
  std::string whole;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      whole += text[at++];
      continue;
    }
    const Expansion one = expansion_in(text, at, variables, depth);
    if (!one.value || whole.size() + one.value->size() > kLongestValue) return std::nullopt;
    whole += *one.value;
    at += one.length;
  }
  return whole;
}

}  // namespace

ShellVariables::Held* ShellVariables::held(std::string_view name, std::size_t more) {
  bytes_ += name.size() + more;
  if (bytes_ > kMostHeld) {
    is_lost_ = true;
    values_.clear();
  }
  return is_lost_ ? nullptr : &values_[std::string(name)];
}

void ShellVariables::assign(std::string_view name, std::string value) {
  if (const Held* const before = held(name, 0); before != nullptr && before->value) bytes_ -= before->value->size();
  Held* const one = held(name, is_plain(value) ? value.size() : 0);
  if (one != nullptr) *one = {is_plain(value) ? std::optional(std::move(value)) : std::nullopt, true};
}

void ShellVariables::assign_in_script(std::string_view name, std::string value, bool is_certain) {
  const auto found = values_.find(name);
  if (found != values_.end()) {
    if (found->second.value != value) found->second.value.reset();
    return;
  }
  assign(name, std::move(value));
  if (Held* const one = held(name, 0); one != nullptr) one->is_certain = is_certain;
}

void ShellVariables::forget(std::string_view name) {
  if (Held* const one = held(name, 0); one != nullptr) one->value.reset();
}

const std::string* ShellVariables::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || !found->second.value ? nullptr : &*found->second.value;
}

bool ShellVariables::is_unclear(std::string_view name) const {
  const auto found = values_.find(name);
  return is_lost_ || (found != values_.end() && !found->second.value);
}

bool ShellVariables::is_certain(std::string_view name) const {
  const auto found = values_.find(name);
  return !is_lost_ && (found == values_.end() || found->second.is_certain);
}

Expansion expansion_at(std::string_view text, std::size_t at, const ShellVariables& variables) {
  return expansion_in(text, at, variables, 0);
}

std::optional<std::string> with_values(std::string_view text, const ShellVariables& variables) {
  return replaced(text, variables, 0);
}

}  // namespace berth::vet
