#include "berth/content/word_reader.h"

#include <fmt/format.h>

#include <optional>

#include "berth/base/utf8.h"

namespace berth::content {
namespace {

constexpr std::string_view kOpenReference =
    "'${' is not closed; close it with '}', or write \\${ in double quotes where it is no reference";

std::string unclosed(char quote) {
  return fmt::format("the quote {} is not closed; close it, or put a text that holds one in other quotes", quote);
}

// One past the quote that ends the text beginning at `at`, or the size of `text`.
std::size_t quoted_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == quote) return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

// One past the bracket that closes the reference beginning at `text[at]`; empty when none does.
std::optional<std::size_t> reference_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (++at; at < text.size();) {
    const char c = text[at];
    if (WordReader::is_quote(c)) {
      at = quoted_end(text, at);
      continue;
    }
    ++at;
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) return at;
  }
  return std::nullopt;
}

char closer_of(char opener) { return opener == '{' ? '}' : ']'; }

}  // namespace

void WordReader::skip_blanks() {
  while (at_blank()) ++at_;
}

bool WordReader::skip(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

std::string_view WordReader::take_while(bool (*allowed)(char)) {
  const std::size_t begin = at_;
  while (!at_end() && allowed(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

Result<std::string> WordReader::quoted() {
  const std::size_t begin = at_;
  const char quote = text_[at_++];
  std::string out;
  while (!at_end()) {
    const char c = text_[at_];
    if (at_reference()) {
      const std::size_t from = at_;
      if (quote == '"') {
        BERTH_CHECK_OK(take_escaped_reference(out));
      } else {
        BERTH_CHECK_OK(skip_reference());
        out += text_.substr(from, at_ - from);
      }
    } else if (c == quote) {
      ++at_;
      return out;
    } else if (c == '\\' && quote == '"') {
      take_escape(out);
    } else {
      out += c;
      ++at_;
    }
  }
  return refuse(begin, unclosed(quote));
}

Result<std::string> WordReader::value() {
  if (!at_quote()) return plain();
  BERTH_TRY(std::string text, quoted());
  if (at_end() || at_blank()) return text;
  return refuse(at_,
                "text right behind a closing quote; put the whole value, or the whole list, in one pair of quotes");
}

Result<std::string> WordReader::plain() {
  const std::size_t begin = at_;
  const bool has_brackets = !at_end() && (text_[at_] == '{' || text_[at_] == '[');
  std::string closers;  // of the brackets that are open, the innermost last
  while (!at_end() && (!closers.empty() || !at_blank())) BERTH_CHECK_OK(skip_inner(closers, has_brackets));
  if (!closers.empty()) {
    return refuse(begin, fmt::format("a bracket that opens here is not closed: {} is missing; close it, or put the "
                                     "value in quotes",
                                     closers.back()));
  }
  return std::string(text_.substr(begin, at_ - begin));
}

// One character of a value without quotes, or all that belongs to it: a reference, an inner text in quotes. An
// apostrophe is a character like others: "O'Brien".
Result<void> WordReader::skip_inner(std::string& closers, bool has_brackets) {
  const char c = text_[at_];
  if (at_reference()) return skip_reference();
  if (c == '"' || (c == '`' && closers.empty())) return skip_inner_quotes();
  if (has_brackets && (c == '{' || c == '[')) closers.push_back(closer_of(c));
  if (has_brackets && (c == '}' || c == ']')) {
    if (closers.empty() || closers.back() != c) {
      return refuse(at_, closers.empty() ? fmt::format("the bracket {} closes nothing; put the value in quotes", c)
                                         : fmt::format("the bracket {} stands where {} is due; put the value in quotes "
                                                       "if it is no JSON",
                                                       c, closers.back()));
    }
    closers.pop_back();
  }
  ++at_;
  return {};
}

Result<void> WordReader::skip_inner_quotes() {
  const std::size_t begin = at_;
  const char quote = text_[at_++];
  while (!at_end()) {
    if (at_reference()) {
      BERTH_CHECK_OK(skip_reference());
      continue;
    }
    const char c = text_[at_++];
    if (c == quote) return {};
    if (c == '\\' && quote == '"' && !at_end()) ++at_;
  }
  return refuse(begin, unclosed(quote));
}

Result<void> WordReader::skip_reference() {
  const auto end = reference_end(text_, at_);
  if (!end) return refuse(at_, kOpenReference);
  at_ = *end;
  return {};
}

// A reference in double quotes, whose inner texts stand in plain quotes or in escaped ones: "${a(val.b == \"c\")}".
Result<void> WordReader::take_escaped_reference(std::string& out) {
  const std::size_t begin = at_;
  std::size_t depth = 0;
  char quote = 0;           // of the inner text that we are in
  bool is_escaped = false;  // it began with \"
  while (!at_end()) {
    const bool escapes_quote = text_.substr(at_).starts_with("\\\"");
    if (escapes_quote && (quote == 0 || is_escaped)) {
      quote = quote == 0 ? '"' : '\0';
      is_escaped = quote != 0;
      out += '"';
      at_ += 2;
      continue;
    }
    const char c = text_[at_++];
    out += c;
    if (quote != 0) {
      if (c == quote && !is_escaped) quote = 0;
      if (c == '\\' && !at_end()) out += text_[at_++];
    } else if (is_quote(c)) {
      quote = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return {};
    }
  }
  return refuse(begin, kOpenReference);
}

void WordReader::take_escape(std::string& out) {
  constexpr std::string_view kEscapes = "\"\\$ntr";
  constexpr std::string_view kMeanings = "\"\\$\n\t\r";
  ++at_;
  const std::size_t which = at_end() ? std::string_view::npos : kEscapes.find(text_[at_]);
  if (which == std::string_view::npos) {
    out += '\\';
    return;
  }
  out += kMeanings[which];
  ++at_;
}

std::unexpected<Error> WordReader::refuse(std::size_t position, std::string_view reason) const {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t at = 0; at < position;) {
    column = text_[at] == '\n' ? 1 : column + 1;
    if (text_[at] == '\n') ++line;
    at += next_utf8(text_.substr(at)).size;
  }
  const bool has_lines = text_.find('\n') != std::string_view::npos;
  return fail(Errc::InvalidInput, has_lines ? fmt::format("line {}, column {}: {}", line, column, reason)
                                            : fmt::format("column {}: {}", column, reason));
}

}  // namespace berth::content
