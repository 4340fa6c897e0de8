#include "berth/content/common_parts.h"

#include <algorithm>
#include <array>
#include <set>

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

CommonText common_for(const CommonScript& common, const std::set<std::string_view>& free_identifiers) {
  const auto is_used = [&](std::string_view name) { return free_identifiers.contains(name); };
  bool all = std::ranges::any_of(kWaysAround, is_used);
  for (std::string_view names = common.optional_names; !names.empty() && !all;) {
    const std::size_t end = std::min(names.find('\n'), names.size());
    all = is_used(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return all ? CommonText{common.whole, common.whole_digest} : CommonText{common.always, common.always_digest};
}

CommonParts split_common(std::string_view common) {
  Texts texts = parts_of(common);
  CommonParts parts{std::move(texts.always), {}};
  for (const std::string_view name : names_given(texts.optional)) parts.optional_names.append(name) += '\n';
  return parts;
}

}  // namespace berth::content
