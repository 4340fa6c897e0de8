#include "berth/vet/rpm_licence.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "berth/base/lower_case.h"
#include "berth/base/text_parts.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/python_licence.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongest = 2000;
constexpr int kDeepest = 8;

// Names that Fedora alone has for them; the others are those that everybody uses.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"gpl+", "GPL-1.0-or-later"},
    {"artistic", "Artistic-1.0-Perl"},
    {"artistic 2.0", "Artistic-2.0"},
    {"asl 1.0", "Apache-1.0"},
    {"asl 1.1", "Apache-1.1"},
    {"boost", "BSL-1.0"},
    {"cpl", "CPL-1.0"},
    {"mplv1.0", "MPL-1.0"},
    {"mplv1.1", "MPL-1.1"},
    {"mplv2.0", "MPL-2.0"},
    {"openldap", "OLDAP-2.8"},
};

// The parts of `text` between the words `joint` that stand in no parentheses; nothing where these do not fit.
std::optional<std::vector<std::string_view>> parts_of(std::string_view text, std::string_view joint) {
  std::vector<std::string_view> parts;
  const std::string low = lower_case(text);
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth < 0) return std::nullopt;
    if (depth != 0 || text[at] != ' ' || !std::string_view(low).substr(at + 1).starts_with(joint)) continue;
    const std::size_t end = at + 1 + joint.size();
    if (end >= text.size() || (text[end] != ' ' && text[end] != '(')) continue;
    parts.push_back(text.substr(begin, at - begin));
    begin = end;
    at = end - 1;
  }
  if (depth != 0) return std::nullopt;
  parts.push_back(text.substr(begin));
  return parts;
}

std::string expression_of(std::string_view name) {
  for (const std::string_view end : {" with exceptions", " with exception"}) {
    if (lower_case(name).ends_with(end)) name.remove_suffix(end.size());
  }
  const auto own = std::ranges::find(kNames, lower_case(name), &std::pair<std::string_view, std::string_view>::first);
  return own == std::end(kNames) ? spdx_of_licence_field(name) : std::string(own->second);
}

std::string joined(std::string_view text, int depth) {
  text = trimmed(text, " ");
  if (text.empty() || depth == kDeepest) return {};
  const auto all = parts_of(text, "and");
  const auto any = parts_of(text, "or");
  if (!all || !any || (all->size() > 1 && any->size() > 1)) return {};
  if (all->size() == 1 && any->size() == 1) {
    const bool is_enclosed = text.starts_with('(') && text.ends_with(')');
    return is_enclosed ? joined(text.substr(1, text.size() - 2), depth + 1) : expression_of(text);
  }
  std::string whole;
  for (const std::string_view part : all->size() > 1 ? *all : *any) {
    const std::string one = joined(part, depth + 1);
    if (one.empty()) return {};
    whole += fmt::format("{}({})", whole.empty() ? "" : all->size() > 1 ? " AND " : " OR ", one);
  }
  return whole;
}

}  // namespace

std::string spdx_of_rpm_licence(std::string_view text) {
  if (text.size() > kLongest) return {};
  if (std::string known = spdx_of_licence_field(text); !known.empty()) return known;
  const auto read = parse_licence_expression(joined(text, 0));
  return read ? read->text() : std::string();
}

}  // namespace berth::vet
