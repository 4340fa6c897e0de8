// Rewrites Python source as the original's tooling does before a call. Pure; works by lines, never by regular
// expressions, because common scripts are large.
#pragma once

#include <string>
#include <string_view>

#include "berth/content/content_tree.h"

namespace berth::content {

// Takes out the imports of what is in scope anyway: demistomock, the common scripts, print_function of __future__,
// each with a comment after it. The line stays, so that later lines keep their numbers; where it is indented `pass`
// takes its place, so that the block does not end up empty.
std::string clean_python(std::string_view code);

// Puts two lines on top that name the pack and its version (in place of an old-style `### pack version:` line, where
// there is one).
std::string with_pack_version(std::string_view code, const Pack& pack);

// Puts a first and a last line around the code that let tracebacks name its lines.
std::string with_module_lines(std::string_view code, std::string_view name);

// The line that starts at `at`, its line end left out.
std::string_view python_line_at(std::string_view code, std::size_t at);

// Whether only blanks, or blanks and a comment, stand in `rest`.
bool is_blank_or_comment(std::string_view rest);

}  // namespace berth::content
