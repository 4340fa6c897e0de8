// Reads a war-room line word by word: quotes, brackets and references that keep blanks together. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::content {

// A place in a line, which outlives it. Errors are InvalidInput and name line and column.
class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  bool at_blank() const { return !at_end() && is_blank(text_[at_]); }
  bool at_quote() const { return !at_end() && is_quote(text_[at_]); }
  std::size_t position() const { return at_; }

  void skip_blanks();
  // Goes past `c`, if that is what comes next.
  bool skip(char c);
  // The longest text of characters that `allowed` takes; may be empty.
  std::string_view take_while(bool (*allowed)(char));

  // What stands in quotes here, without them.
  Result<std::string> quoted();
  // A value: in quotes, or up to the next blank outside brackets, references and inner quotes. Behind it comes a blank
  // or the end.
  Result<std::string> value();

  std::unexpected<Error> refuse(std::size_t position, std::string_view reason) const;

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

 private:
  Result<std::string> plain();
  Result<void> skip_inner(std::string& closers, bool has_brackets);
  Result<void> skip_inner_quotes();
  Result<void> skip_reference();
  Result<void> take_escaped_reference(std::string& out);
  void take_escape(std::string& out);
  bool at_reference() const { return text_.substr(at_).starts_with("${"); }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace berth::content
