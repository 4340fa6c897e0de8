#include "berth/content/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"

namespace berth::content {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_allowed(char32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  if (code < 0xa0) return code < 0x7f || code == 0x85;
  return code != 0xfeff && code != 0xfffe && code != 0xffff;
}

Result<void> check_characters(std::string_view text, std::string_view name) {
  for (std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte < 0x7f) {
      ++at;
      continue;
    }
    const Utf8Char c = next_utf8(text.substr(at));
    if (c.code == 0xfffd && c.size == 1) {
      return refuse_at(name, place_at(text, at),
                       fmt::format("byte 0x{:02x} is not UTF-8; save the file as UTF-8", byte));
    }
    if (!is_allowed(c.code)) {
      return refuse_at(name, place_at(text, at),
                       fmt::format("control character U+{:04X} is not allowed in YAML; remove it, or write it as "
                                   "an escape inside double quotes",
                                   static_cast<unsigned>(c.code)));
    }
    at += c.size;
  }
  return {};
}

// The line that starts at `at`, without its line feed.
std::string_view line_at(std::string_view text, std::size_t at) { return text.substr(at, text.find('\n', at) - at); }

std::string_view without_blanks(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

bool is_empty_or_comment(std::string_view line) {
  const std::string_view rest = without_blanks(line);
  return rest.empty() || rest.front() == '#';
}

}  // namespace

TextPlace place_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto characters =
      std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start), before.end(), starts_character);
  return {static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(characters + 1)};
}

std::unexpected<Error> refuse_at(std::string_view name, TextPlace place, std::string_view reason) {
  return fail(Errc::InvalidInput, fmt::format("{}:{}:{}: {}", name, place.line, place.column, reason));
}

Result<void> check_yaml_text(std::string_view text, std::string_view name) {
  BERTH_CHECK_OK(check_characters(text, name));
  bool versioned = false;
  std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (at < text.size()) {
    const std::string_view line = line_at(text, at);
    if (line.starts_with('%')) {
      if (versioned || !line.starts_with("%YAML ")) {
        return refuse_at(name, place_at(text, at), "only one directive, %YAML, is allowed; remove the line");
      }
      versioned = true;
    } else if (!is_empty_or_comment(line)) {
      break;
    }
    at += line.size() + 1;
  }
  return {};
}

Result<void> check_nothing_follows(std::string_view text, std::size_t offset, std::string_view name) {
  for (std::size_t at = offset; at < text.size();) {
    const std::string_view line = line_at(text, at);
    const bool is_end_mark = line.starts_with("...") && is_empty_or_comment(line.substr(3));
    if (!is_end_mark && !is_empty_or_comment(line)) {
      const std::size_t first = at + line.size() - without_blanks(line).size();
      return refuse_at(name, place_at(text, first),
                       "there is text after the end of the document; keep one document in a file");
    }
    at += line.size() + 1;
  }
  return {};
}

}  // namespace berth::content
