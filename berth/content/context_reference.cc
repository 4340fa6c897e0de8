#include "berth/content/context_reference.h"

namespace berth::content {
namespace {

// One past the quote that ends the text beginning at `at`, or the size of `text`.
std::size_t quoted_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == quote) return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::optional<std::size_t> reference_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (++at; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'' || c == '`') {
      at = quoted_end(text, at);
      continue;
    }
    ++at;
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) return at;
  }
  return std::nullopt;
}

std::vector<ContextReference> references_in(std::string_view text) {
  std::vector<ContextReference> references;
  for (std::size_t at = 0; (at = text.find("${", at)) != std::string_view::npos;) {
    const auto end = reference_end(text, at);
    if (!end) break;
    references.push_back({at, *end - at, trimmed(text.substr(at + 2, *end - at - 3))});
    at = *end;
  }
  return references;
}

}  // namespace berth::content
