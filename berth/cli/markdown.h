// Markdown, as content writes it, for a terminal or a pipe.
#pragma once

#include <string>
#include <string_view>

#include "berth/cli/line_sink.h"
#include "berth/cli/page.h"

namespace berth::cli {

// Renders headings, paragraphs (their line breaks kept, as in a war room), lists, quotes, code, rules and tables.
// Paragraphs and tables keep to the page's width; lines of code do not, so that they can be copied. What is no Markdown
// is text, nothing is dropped. Control characters in `markdown` come out visible.
//
// For text of any origin: time is linear in the text and in what is rendered, which the page limits; nesting beyond a
// few levels is shown flat; nothing recurses.
std::string render_markdown(std::string_view markdown, const Page& page);
void write_markdown(LineSink& sink, std::string_view markdown);

}  // namespace berth::cli
