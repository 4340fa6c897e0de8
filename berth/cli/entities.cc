#include "berth/cli/entities.h"

#include <charconv>
#include <cstdint>

#include "berth/base/utf8.h"

namespace berth::cli {
namespace {

constexpr std::size_t kLongest = 12;  // bytes between & and ;

struct Named {
  std::string_view name;
  std::string_view text;
};

constexpr Named kNamed[] = {
    {"amp", "&"},   {"lt", "<"},     {"gt", ">"},    {"quot", "\""},  {"apos", "'"},  {"nbsp", " "},
    {"copy", "©"},  {"reg", "®"},    {"trade", "™"}, {"hellip", "…"}, {"mdash", "—"}, {"ndash", "–"},
    {"lsquo", "‘"}, {"rsquo", "’"},  {"ldquo", "“"}, {"rdquo", "”"},  {"laquo", "«"}, {"raquo", "»"},
    {"bull", "•"},  {"middot", "·"}, {"times", "×"}, {"deg", "°"},    {"euro", "€"},  {"pound", "£"},
    {"sect", "§"},  {"rarr", "→"},   {"larr", "←"},  {"check", "✓"},  {"cross", "✗"}, {"vert", "|"},
};

std::optional<std::string> numbered(std::string_view digits) {
  int base = 10;
  if (digits.starts_with('x') || digits.starts_with('X')) {
    base = 16;
    digits.remove_prefix(1);
  }
  std::uint32_t code = 0;
  const char* begin = digits.data();
  const char* end = begin + digits.size();
  const auto [stop, error] = std::from_chars(begin, end, code, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  const bool character = code != 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  std::string text;
  append_utf8(text, character ? code : 0xfffd);
  return text;
}

}  // namespace

std::optional<Entity> entity_at(std::string_view text) {
  const std::size_t end = text.substr(0, kLongest + 2).find(';');
  if (end == std::string_view::npos || end < 2) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  if (name[0] == '#') {
    auto character = numbered(name.substr(1));
    if (!character) return std::nullopt;
    return Entity{*std::move(character), end + 1};
  }
  for (const Named& known : kNamed) {
    if (known.name == name) return Entity{std::string(known.text), end + 1};
  }
  return std::nullopt;
}

}  // namespace berth::cli
