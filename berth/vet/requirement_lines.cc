#include "berth/vet/requirement_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "berth/base/utf8.h"

namespace berth::vet {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMark = "\xef\xbb\xbf";
constexpr auto kOtherMarks = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"\xff\xfe\0\0"sv, "UTF-32"},
    {"\0\0\xfe\xff"sv, "UTF-32"},
    {"\xff\xfe"sv, "UTF-16"},
    {"\xfe\xff"sv, "UTF-16"},
});
// As Python calls what these bytes are, in small letters and with `_`.
constexpr auto kSameEncodings = std::to_array<std::string_view>({"utf_8", "utf8", "ascii", "us_ascii"});
// Where lines end, but for `\r\n`.
constexpr auto kEnds = std::to_array<std::string_view>(
    {"\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"});

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

// What Python's str.isspace says.
bool is_blank(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

// Without a comment (`#` at the beginning or behind a blank) and the blanks around.
std::string_view content_of(std::string_view line) {
  bool is_behind_blank = true;
  std::size_t begin = line.size();
  std::size_t end = line.size();
  for (std::size_t at = 0; at < line.size();) {
    const Utf8Char one = next_utf8(line.substr(at));
    if (one.code == '#' && is_behind_blank) break;
    is_behind_blank = is_blank(one.code);
    if (!is_behind_blank) {
      begin = std::min(begin, at);
      end = at + one.size;
    }
    at += one.size;
  }
  return line.substr(begin, end - begin);
}

bool is_comment(std::string_view line) { return content_of(line).empty() && line.contains('#'); }

std::string_view without_backslashes(std::string_view line) {
  while (line.starts_with('\\')) line.remove_prefix(1);
  while (line.ends_with('\\')) line.remove_suffix(1);
  return line;
}

// The encoding that a comment names: `coding: NAME` or `coding=NAME`; empty for none.
std::string_view encoding_named(std::string_view line) {
  constexpr std::string_view kWord = "coding";
  const auto is_of_name = [](char c) {
    return is_digit(c) || is_small(c) || is_capital(c) || c == '_' || c == '-' || c == '.';
  };
  for (std::size_t at = line.find(kWord); at != std::string_view::npos; at = line.find(kWord, at + 1)) {
    std::string_view rest = line.substr(at + kWord.size());
    if (!rest.starts_with(':') && !rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\v\f"), rest.size()));
    const auto end = std::ranges::find_if_not(rest, is_of_name);
    if (end != rest.begin()) return {rest.begin(), end};
  }
  return {};
}

bool is_same_encoding(std::string_view encoding) {
  std::string name(encoding);
  std::ranges::transform(name, name.begin(), [](char c) {
    if (is_capital(c)) return static_cast<char>(c - 'A' + 'a');
    return is_digit(c) || is_small(c) ? c : '_';
  });
  return std::ranges::find(kSameEncodings, name) != kSameEncodings.end();
}

// `https://${USER}:${WORD}@host/`: where the `@` stands that ends the credentials in which `begin` to `end` is; nothing
// where it is in none.
std::optional<std::size_t> end_of_credentials(std::string_view line, std::size_t begin, std::size_t end) {
  constexpr std::string_view kOver = "/?# \t\"'\\";
  const std::size_t scheme = line.substr(0, begin).rfind("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const std::size_t host = scheme + 3;
  const std::size_t over = std::min(line.find_first_of(kOver, host), line.size());
  const std::size_t at = line.substr(0, over).rfind('@');
  if (at == std::string_view::npos || at < end) return std::nullopt;
  return at;
}

}  // namespace

Result<std::string_view> requirement_text(std::string_view bytes, std::string_view name) {
  const auto refuse = [&](std::string_view what) {
    return fail(Errc::InvalidInput, fmt::format("{}: {}: write it in UTF-8, in which Berth reads it", name, what));
  };
  for (const auto& [mark, encoding] : kOtherMarks) {
    if (bytes.starts_with(mark)) return refuse(fmt::format("by its first bytes pip reads it as {}", encoding));
  }
  if (to_valid_utf8(bytes) != bytes) return refuse("it is not UTF-8");
  if (bytes.starts_with(kMark)) return bytes.substr(kMark.size());
  std::string_view rest = bytes;
  for (int line = 1; line <= 2; ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view encoding = rest.starts_with('#') ? encoding_named(rest.substr(0, end)) : std::string_view();
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (encoding.empty()) continue;
    if (is_same_encoding(encoding)) break;
    return refuse(fmt::format("line {} lets pip read it as '{}'", line, encoding.substr(0, 40)));
  }
  return bytes;
}

std::optional<std::string_view> RequirementLines::next_split() {
  if (rest_.empty()) return std::nullopt;
  ++number_;
  for (std::size_t at = 0; at < rest_.size(); ++at) {
    if (rest_[at] >= ' ' && rest_[at] < '\x7f') continue;  // most of them
    const auto ends_here = [&](std::string_view end) { return rest_.substr(at).starts_with(end); };
    const auto* const end = std::ranges::find_if(kEnds, ends_here);
    if (end == kEnds.end()) continue;
    const std::string_view line = rest_.substr(0, at);
    rest_.remove_prefix(at + (ends_here("\r\n") ? 2 : end->size()));
    return line;
  }
  return std::exchange(rest_, {});
}

std::optional<RequirementLine> RequirementLines::next() {
  std::string joined;
  std::size_t first = 0;  // of a line that goes on
  while (const auto line = next_split()) {
    const bool is_over = !line->ends_with('\\') || is_comment(*line);
    if (first == 0 && !is_over) first = number_;
    // A comment stays one behind what it ends.
    joined +=
        is_over ? fmt::format("{}{}", is_comment(*line) ? " " : "", *line) : std::string(without_backslashes(*line));
    if (!is_over) continue;
    const std::size_t number = first == 0 ? number_ : first;
    first = 0;
    const std::string_view content = content_of(joined);
    if (!content.empty()) return RequirementLine{std::string(content), number};
    joined.clear();
  }
  const std::string_view content = content_of(joined);
  if (content.empty()) return std::nullopt;
  return RequirementLine{std::string(content), first};
}

std::string_view variable_in(std::string_view line) {
  std::size_t next = 0;
  for (std::size_t at = line.find("${"); at != std::string_view::npos; at = line.find("${", next)) {
    next = at + 1;
    std::size_t end = at + 2;
    while (end < line.size() && (is_capital(line[end]) || is_digit(line[end]) || line[end] == '_')) ++end;
    if (end == at + 2 || end == line.size() || line[end] != '}') continue;
    const auto over = end_of_credentials(line, at, end);
    if (!over) return line.substr(at, end + 1 - at);
    next = *over;  // past all others that are in them, however many
  }
  return {};
}

}  // namespace berth::vet
