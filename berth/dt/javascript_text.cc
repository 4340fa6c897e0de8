#include "berth/dt/javascript_text.h"

#include <algorithm>
#include <array>

namespace berth::dt {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Words that an operand follows.
bool is_prefix_word(std::string_view word) {
  constexpr std::array<std::string_view, 8> kWords = {"return", "typeof", "in",  "instanceof",
                                                      "case",   "delete", "new", "void"};
  return std::ranges::find(kWords, word) != kWords.end();
}

}  // namespace

Lexeme JavaScriptReader::quoted(char quote) const {
  for (std::size_t at = at_ + 1; at < text_.size(); ++at) {
    if (text_[at] == '\\')
      ++at;
    else if (text_[at] == quote)
      return {Lexeme::Kind::Quiet, at_, at + 1 - at_};
  }
  return {Lexeme::Kind::Broken, at_, text_.size() - at_};
}

Lexeme JavaScriptReader::comment() const {
  const bool to_line_end = text_[at_ + 1] == '/';
  const std::size_t end = to_line_end ? text_.find('\n', at_) : text_.find("*/", at_ + 2);
  if (end != std::string_view::npos) return {Lexeme::Kind::Quiet, at_, end + (to_line_end ? 1 : 2) - at_};
  return {to_line_end ? Lexeme::Kind::Quiet : Lexeme::Kind::Broken, at_, text_.size() - at_};
}

Lexeme JavaScriptReader::regular_expression() const {
  bool in_class = false;
  for (std::size_t at = at_ + 1; at < text_.size() && text_[at] != '\n'; ++at) {
    if (text_[at] == '\\')
      ++at;
    else if (text_[at] == '[')
      in_class = true;
    else if (text_[at] == ']')
      in_class = false;
    else if (text_[at] == '/' && !in_class)
      return {Lexeme::Kind::Quiet, at_, at + 1 - at_};
  }
  return {Lexeme::Kind::Broken, at_, text_.size() - at_};
}

Lexeme JavaScriptReader::lexeme() const {
  const char c = text_[at_];
  if (c == '\'' || c == '"' || c == '`') return quoted(c);
  if (c == '/' && at_ + 1 < text_.size() && (text_[at_ + 1] == '/' || text_[at_ + 1] == '*')) return comment();
  if (c == '/' && !after_operand_) return regular_expression();
  if (c == '(' || c == '[' || c == '{') return {Lexeme::Kind::Open, at_, 1};
  if (c == ')' || c == ']' || c == '}') return {Lexeme::Kind::Close, at_, 1};
  if (!is_word_character(c)) return {Lexeme::Kind::Other, at_, 1};
  std::size_t end = at_;
  while (end < text_.size() && is_word_character(text_[end])) ++end;
  return {Lexeme::Kind::Word, at_, end - at_};
}

std::optional<Lexeme> JavaScriptReader::next() {
  if (at_ >= text_.size()) return std::nullopt;
  const Lexeme found = lexeme();
  const std::string_view text = text_.substr(found.at, found.size);
  switch (found.kind) {
    case Lexeme::Kind::Word:
      after_operand_ = !is_prefix_word(text);
      break;
    case Lexeme::Kind::Quiet:
      if (!text.starts_with("//") && !text.starts_with("/*")) after_operand_ = true;
      break;
    case Lexeme::Kind::Close:
      after_operand_ = text != "}";  // behind a block stands a statement
      break;
    case Lexeme::Kind::Other:
      if (!is_blank(text[0])) after_operand_ = false;
      break;
    default:
      after_operand_ = false;
  }
  at_ += found.size;
  return found;
}

std::optional<std::size_t> find_closing_bracket(std::string_view text, std::size_t from) {
  JavaScriptReader reader(text, from);
  std::size_t open = 0;
  while (const auto lexeme = reader.next()) {
    if (lexeme->kind == Lexeme::Kind::Open) ++open;
    if (lexeme->kind == Lexeme::Kind::Close && open-- == 0) return lexeme->at;
  }
  return std::nullopt;
}

}  // namespace berth::dt
