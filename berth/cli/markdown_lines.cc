#include "berth/cli/markdown_lines.h"

#include <algorithm>

#include "berth/base/text_parts.h"

namespace berth::cli {
namespace {

constexpr std::size_t kTabStop = 4;
constexpr std::size_t kMostDigits = 9;  // of a list's number

bool is_only(std::string_view text, char c) {
  return !text.empty() && text.find_first_not_of(c) == std::string_view::npos;
}

std::size_t digits_at_start(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

// True when the `|` at `at` has an odd number of backslashes before it.
bool is_escaped(std::string_view line, std::size_t at, std::size_t from) {
  std::size_t slashes = 0;
  while (at > from + slashes && line[at - slashes - 1] == '\\') ++slashes;
  return slashes % 2 == 1;
}

std::string unescaped_bars(std::string_view cell) {
  std::string out;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] == '\\' && i + 1 < cell.size() && cell[i + 1] == '|') continue;
    out += cell[i];
  }
  return out;
}

}  // namespace

std::string_view MarkdownLines::next() {
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_blank_line(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

std::size_t indent_of(std::string_view line) {
  std::size_t columns = 0;
  for (const char c : line) {
    if (c != ' ' && c != '\t') break;
    columns += c == ' ' ? 1 : kTabStop - columns % kTabStop;
  }
  return columns;
}

std::string_view without_indent(std::string_view line, std::size_t columns) {
  std::size_t taken = 0;
  std::size_t at = 0;
  while (at < line.size() && taken < columns && (line[at] == ' ' || line[at] == '\t')) {
    taken += line[at] == ' ' ? 1 : kTabStop - taken % kTabStop;
    ++at;
  }
  return line.substr(at);
}

Quoted quoted(std::string_view line, std::size_t most) {
  Quoted result = {0, line};
  while (result.depth < most && indent_of(result.rest) < kTabStop) {
    const std::string_view text = without_indent(result.rest, kTabStop);
    if (!text.starts_with('>')) break;
    result.rest = text.substr(text.starts_with("> ") ? 2 : 1);
    ++result.depth;
  }
  return result;
}

std::optional<Heading> heading_in(std::string_view line) {
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  if (level == 0 || level > 6) return std::nullopt;
  // "###Title" is written by many and meant as a heading; "#tag" is not.
  const bool spaced = level == line.size() || line[level] == ' ' || line[level] == '\t';
  if (!spaced && level == 1) return std::nullopt;
  std::string_view text = trimmed(line.substr(level), " \t");
  const std::size_t end = text.find_last_not_of('#');
  if (end == std::string_view::npos) {
    text = {};
  } else if (end + 1 < text.size() && text[end] == ' ') {
    text = trimmed(text.substr(0, end), " \t");
  }
  return Heading{level, text};
}

bool is_rule(std::string_view line) {
  if (line.empty() || (line[0] != '-' && line[0] != '*' && line[0] != '_')) return false;
  const char mark = line[0];
  const auto other = [&](char c) { return c != mark && c != ' ' && c != '\t'; };
  return std::ranges::none_of(line, other) && std::ranges::count(line, mark) >= 3;
}

std::size_t underline_level(std::string_view line) {
  line = trimmed(line, " \t");
  return is_only(line, '=') ? 1 : is_only(line, '-') ? 2 : 0;
}

std::optional<Fence> fence_in(std::string_view line) {
  if (!line.starts_with("```") && !line.starts_with("~~~")) return std::nullopt;
  const Fence fence = {line[0], std::min(line.find_first_not_of(line[0]), line.size())};
  // Backticks behind it: code inside a line.
  if (fence.mark == '`' && line.find('`', fence.size) != std::string_view::npos) return std::nullopt;
  return fence;
}

bool closes(const Fence& fence, std::string_view line) {
  line = trimmed(line, " \t");
  return line.size() >= fence.size && is_only(line, fence.mark);
}

std::optional<ListMarker> list_marker_in(std::string_view line) {
  if (line.empty()) return std::nullopt;
  ListMarker marker;
  if (line[0] == '-' || line[0] == '*' || line[0] == '+') {
    marker = {"•", 1, 0};
  } else {
    const std::size_t digits = digits_at_start(line);
    if (digits == 0 || digits > kMostDigits || digits == line.size()) return std::nullopt;
    if (line[digits] != '.' && line[digits] != ')') return std::nullopt;
    marker = {std::string(line.substr(0, digits + 1)), digits + 1, 0};
  }
  const std::string_view rest = line.substr(marker.size);
  if (!rest.empty() && rest[0] != ' ' && rest[0] != '\t') return std::nullopt;
  const std::size_t blanks = indent_of(rest);
  // An empty item, or one that starts with indented code: the text begins one column behind the marker.
  marker.columns = marker.size + (is_blank_line(rest) || blanks > kTabStop ? 1 : blanks);
  return marker;
}

std::vector<std::string> cells_of(std::string_view line) {
  line = trimmed(line, " \t");
  if (line.starts_with('|')) line.remove_prefix(1);
  std::vector<std::string> cells;
  std::size_t begin = 0;
  for (std::size_t bar = line.find('|'); bar != std::string_view::npos; bar = line.find('|', bar + 1)) {
    if (is_escaped(line, bar, begin)) continue;
    cells.push_back(unescaped_bars(trimmed(line.substr(begin, bar - begin), " \t")));
    begin = bar + 1;
  }
  if (begin < line.size()) cells.push_back(unescaped_bars(trimmed(line.substr(begin), " \t")));
  return cells;
}

std::optional<std::vector<Align>> aligns_in(std::string_view line) {
  line = trimmed(line, " \t");
  if (line.find('|') == std::string_view::npos || line.find_first_not_of("|:- \t") != std::string_view::npos) {
    return std::nullopt;
  }
  std::vector<Align> aligns;
  for (const std::string& cell : cells_of(line)) {
    std::string_view dashes = cell;
    const bool left = dashes.starts_with(':');
    if (left) dashes.remove_prefix(1);
    const bool right = dashes.ends_with(':');
    if (right) dashes.remove_suffix(1);
    if (!is_only(dashes, '-')) return std::nullopt;
    aligns.push_back(!right ? Align::Left : left ? Align::Centre : Align::Right);
  }
  return aligns.empty() ? std::nullopt : std::optional(std::move(aligns));
}

}  // namespace berth::cli
