#include "berth/vet/toml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

Result<toml::table> parse_toml(std::string_view text, std::string_view name) {
  if (text.size() > kMostLockBytes) {
    return fail(Errc::Exhausted, fmt::format("{}: more than {} bytes", name, kMostLockBytes));
  }
  // The library has ways to undefined behaviour for letters beyond ASCII. Nothing that is read here has any: they may
  // stand in descriptions and comments, which are passed over, and anywhere else the mark is the error that they would
  // be.
  std::string plain(text);
  std::ranges::replace_if(plain, [](char c) { return static_cast<unsigned char>(c) > 0x7f; }, '?');
  toml::parse_result parsed = toml::parse(plain);
  if (!parsed) {
    return fail(Errc::InvalidInput, fmt::format("{}:{}: {}", name, parsed.error().source().begin.line,
                                                to_visible(parsed.error().description(), false)));
  }
  return std::move(parsed).table();
}

std::string text_of(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr || node->as_string() == nullptr) return {};
  return node->as_string()->get();
}

const toml::table* table_of(const toml::table* table, std::string_view key) {
  const toml::node* node = table == nullptr ? nullptr : table->get(key);
  return node == nullptr ? nullptr : node->as_table();
}

}  // namespace berth::vet
