// JavaScript as far as one must read it to find where it ends.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace berth::dt {

// One piece of JavaScript text.
struct Lexeme {
  enum class Kind {
    Word,    // a name or number
    Quiet,   // a string, a comment, a regular expression: nothing in it means anything outside
    Open,    // ( [ {
    Close,   // ) ] }
    Other,   // any other character
    Broken,  // a string, comment or expression that does not end: it takes the rest of the text
  };
  Kind kind;
  std::size_t at;
  std::size_t size;  // at least 1
};

// Reads `text` piece by piece. Whether a '/' divides or begins a regular expression is told by what stands before it.
class JavaScriptReader {
 public:
  explicit JavaScriptReader(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  // Empty at the end.
  std::optional<Lexeme> next();

  // Passes over the text up to `at`, as if it were part of the word before.
  void go_on_behind_name(std::size_t at) { at_ = at; }

 private:
  Lexeme quoted(char quote) const;
  Lexeme comment() const;
  Lexeme regular_expression() const;
  Lexeme lexeme() const;

  std::string_view text_;
  std::size_t at_;
  bool after_operand_ = false;
};

// Where the first closing bracket without a partner stands in `text`, from `from` on.
std::optional<std::size_t> find_closing_bracket(std::string_view text, std::size_t from);

}  // namespace berth::dt
