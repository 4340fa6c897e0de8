#include "berth/content/common_parts.h"

#include <algorithm>
#include <array>
#include <set>

#include "berth/content/common_names.h"

namespace berth::content {
namespace {

constexpr std::string_view kEnd = "_berth_end_of_part(";
constexpr std::string_view kOptionalEnd = "_berth_end_of_optional_part(";
constexpr std::array<std::string_view, 5> kWaysAround = {"exec", "eval", "globals", "locals", "vars"};

struct Texts {
  std::string always;
  std::string optional;
};

Texts parts_of(std::string_view common) {
  Texts texts;
  std::size_t part = 0;
  for (std::size_t line = 0; line < common.size();) {
    const std::size_t next = std::min(common.find('\n', line), common.size() - 1) + 1;
    const std::string_view text = common.substr(line, next - line);
    if (text.starts_with(kEnd) || text.starts_with(kOptionalEnd)) {
      (text.starts_with(kEnd) ? texts.always : texts.optional) += common.substr(part, next - part);
      part = next;
    }
    line = next;
  }
  texts.always += common.substr(part);
  return texts;
}

// The names that the lines of `code` which are not indented give: functions, classes, variables.
std::set<std::string_view> names_given(std::string_view code) {
  std::set<std::string_view> names;
  for (std::size_t line = 0; line < code.size();) {
    const std::size_t end = std::min(code.find('\n', line), code.size());
    std::string_view text = code.substr(line, end - line);
    const bool is_definition = text.starts_with("def ") || text.starts_with("class ");
    if (is_definition) text.remove_prefix(text.find(' ') + 1);
    const std::size_t length = std::min(text.find_first_of(" (:="), text.size());
    if (length > 0 && (is_definition || text.substr(length).starts_with(" = "))) names.insert(text.substr(0, length));
    line = end + 1;
  }
  return names;
}

}  // namespace

std::string common_for(std::string_view common, std::string_view code) {
  Texts texts = parts_of(common);
  if (texts.optional.empty()) return std::string(common);
  const std::set<std::string_view> used = free_identifiers(code);
  const std::set<std::string_view> given = names_given(texts.optional);
  const auto is_used = [&](std::string_view name) { return used.contains(name); };
  const bool all =
      std::any_of(given.begin(), given.end(), is_used) || std::any_of(kWaysAround.begin(), kWaysAround.end(), is_used);
  return all ? std::string(common) : std::move(texts.always);
}

}  // namespace berth::content
