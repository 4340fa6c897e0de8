#include "berth/wire/module_names.h"

#include <algorithm>
#include <set>

namespace berth::wire {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_identifier(std::string_view word) {
  const auto goes_on = [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !word.empty() && is_letter(word.front()) && std::ranges::all_of(word, goes_on);
}

}  // namespace

bool is_module_name(std::string_view name) {
  if (name.size() > kLongestModule) return false;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    if (!is_identifier(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  return is_identifier(name);
}

std::vector<std::string> module_names(const Json& completed) {
  std::vector<std::string> names;
  const Json* told = completed.find("modules");
  if (told == nullptr || !told->is_array()) return names;
  std::set<std::string_view> seen;
  for (const Json& one : *told->as_array()) {
    const std::string* name = one.as_string();
    if (names.size() == kMostModules) break;
    if (name != nullptr && is_module_name(*name) && seen.insert(*name).second) names.push_back(*name);
  }
  return names;
}

}  // namespace berth::wire
