// The Markdown that stands inside a line: emphasis, code, links.
#pragma once

#include <string_view>

#include "berth/cli/styled_text.h"

namespace berth::cli {

// `text` with its marks turned into styles on top of `base`: **bold**, *italic*, ~~struck~~, `code`, links as
// `text (url)`, images as `image: text (url)`, <br> as a line feed, references such as &lt;. Line feeds are kept. With
// `keep_code_marks`, for pages without colour, code keeps its backticks. What is no mark is text; nothing is dropped.
//
// Time and memory are linear: text is taken in chunks of at most 256 KiB, and a mark does not reach across two.
StyledText inline_markdown(std::string_view text, Style base, bool keep_code_marks);

}  // namespace berth::cli
