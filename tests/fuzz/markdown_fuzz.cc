// Markdown of any origin: what is rendered holds no control character, none but our own sequences, and fits the page.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/error.h"
#include "berth/base/utf8.h"
#include "berth/cli/html_text.h"
#include "berth/cli/markdown.h"
#include "berth/cli/styled_text.h"

namespace {

// `text` without the sequences that StyledText writes: ESC [ digits and semicolons m.
std::string without_sequences(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.substr(at).starts_with("\x1b[") ? text.find_first_not_of("0123456789;", at + 2) : at;
    if (end != at && end < text.size() && text[end] == 'm') {
      at = end + 1;
    } else {
      out += text[at++];
    }
  }
  return out;
}

bool is_visible(const std::string& text) {
  return text.find('\t') == std::string::npos && berth::to_visible(text, true) == text;
}

// True when the text may hold code, whose lines stay whole.
bool may_hold_code(std::string_view text) {
  return text.find("```") != text.npos || text.find("~~~") != text.npos || text.find("    ") != text.npos ||
         text.find('\t') != text.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(data, data + size);
  const std::string_view text = std::string_view(bytes).substr(1);
  // The first byte chooses the page.
  const std::size_t width = data[0] < 64 ? 0 : 20 + data[0] % 100;

  const std::string plain = berth::cli::render_markdown(text, {.width = width});
  BERTH_ASSERT(is_visible(plain));
  if (width != 0 && !may_hold_code(text)) BERTH_ASSERT(berth::cli::widest_line(plain) <= width);

  const std::string coloured = berth::cli::render_markdown(text, {.width = width, .colour = true});
  BERTH_ASSERT(is_visible(without_sequences(coloured)));

  BERTH_ASSERT(is_visible(berth::cli::StyledText(berth::cli::html_text(text)).text()));
  return 0;
}
