// The war-room line: what a person types into an investigation. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/assignment.h"

namespace berth::content {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;  // bytes
constexpr std::size_t kMostWords = 1000;                    // after the name

enum class LineKind {
  Note,     // text without a marker
  Command,  // "!": a command of an integration, or a script
  System,   // "/": a command of the server's own
};

// A line taken apart. Nothing is looked up here: reserved arguments stand among the others (a command may declare one
// of the same name, see check_arguments), and `${...}` stands in the values as it was written.
struct CommandLine {
  LineKind kind = LineKind::Note;
  std::string owner;  // what stands before "|||" in the name, a brand or an instance; empty: whoever has it
  std::string name;
  std::vector<Assignment> arguments;  // in their order; without a name: a bare value
  std::string note;                   // of a note: its text, without blanks around it

  bool operator==(const CommandLine&) const = default;
};

// Takes a line apart. After the marker and the name, words with blanks or line ends between them: `name=value`, or a
// bare value. A name has letters, digits, `_`, `-` and `.`, or stands in quotes. A value is one of
//
//   "text"       \" \\ \$ \n \t \r stand for one character each; any other backslash is itself
//   'text'       as it stands
//   `text`       as it stands
//   {...} [...]  JSON, with all blanks up to the bracket that closes it
//   text         up to the next blank; quotes after its first character are part of it, and keep blanks together
//   nothing      the empty text
//
// Everywhere `${...}` is kept whole, up to the bracket that closes it, whatever quotes and blanks are inside. The name
// may be `owner|||name`; in quotes it may hold blanks.
//
// Errors: InvalidInput, with line and column (in characters, from 1) and what to write instead: a line that is empty or
// no UTF-8, a marker without a name, a quote, bracket or reference that nothing closes, text right behind a closing
// quote, `=` without a name, a comma and a blank in a list without quotes. Exhausted: a line longer than kLongestLine,
// more than kMostWords words. No value is ever in the text.
Result<CommandLine> parse_command_line(std::string_view line);

// A line that parse_command_line() reads as `line` again.
std::string print_command_line(const CommandLine& line);

// `value` as one word of a line: as it is where that can be, else in double quotes.
std::string print_word(std::string_view value);

}  // namespace berth::content
