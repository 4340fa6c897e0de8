// HTML as text.
#pragma once

#include <string>
#include <string_view>

namespace berth::cli {

// What an HTML text says: tags are gone, those of blocks and rows break the line, links keep their address as
// `text (url)`, references are resolved, scripts, styles and comments are named but not shown. A `<` that starts no tag
// is text. Linear in time; the result is as untrusted as what came in.
std::string html_text(std::string_view html);

}  // namespace berth::cli
