#include "berth/vet/apk_version.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace berth::vet {
namespace {

// In the order that decides between two versions which differ in kind at the same place: the later kind is older, so
// that the end comes before what goes on.
enum class Kind : std::uint8_t { First, Number, Letter, Suffix, SuffixNumber, Hash, Revision, End, Invalid };

struct Token {
  Kind kind = Kind::Invalid;
  std::string_view text;
};

constexpr std::array<std::string_view, 9> kSuffixes = {"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"};
constexpr std::size_t kBeforeRelease = 4;  // so many of them lead to a release

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

std::size_t rank_of_suffix(std::string_view suffix) {
  return static_cast<std::size_t>(std::ranges::find(kSuffixes, suffix) - kSuffixes.begin());
}

class Tokens {
 public:
  explicit Tokens(std::string_view version) : rest_(version) {
    token_ = taken(Kind::First, is_digit);
    if (token_.text.empty()) token_.kind = Kind::Invalid;
  }

  const Token& current() const { return token_; }

  void advance() {
    const Kind before = token_.kind;
    token_ = next();
    // Kinds follow each other in their order; numbers may repeat, and so may suffixes, with or without theirs.
    const bool is_repeated = (token_.kind == Kind::Number && before <= Kind::Number) ||
                             (token_.kind == Kind::Suffix && before <= Kind::SuffixNumber);
    if (token_.kind <= before && !is_repeated) token_ = {};
  }

 private:
  Token next() {
    if (rest_.empty()) return {Kind::End, {}};
    const char c = rest_.front();
    if (is_letter(c)) {
      const Token token = {Kind::Letter, rest_.substr(0, 1)};
      rest_.remove_prefix(1);
      return token;
    }
    if (is_digit(c)) return token_.kind == Kind::Suffix ? taken(Kind::SuffixNumber, is_digit) : Token();
    rest_.remove_prefix(1);
    Token token;
    if (c == '.') token = taken(Kind::Number, is_digit);
    if (c == '~') token = taken(Kind::Hash, is_hex);
    if (c == '_') {
      token = taken(Kind::Suffix, is_letter);
      if (rank_of_suffix(token.text) == kSuffixes.size()) return {};
    }
    if (c == '-' && rest_.starts_with('r')) {
      rest_.remove_prefix(1);
      token = taken(Kind::Revision, is_digit);
    }
    return token.text.empty() ? Token() : token;
  }

  Token taken(Kind kind, bool (*wanted)(char)) {
    const auto end = std::ranges::find_if_not(rest_, wanted);
    const std::string_view text = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(text.size());
    return {kind, text};
  }

  std::string_view rest_;
  Token token_;
};

std::weak_ordering compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

std::weak_ordering compare_tokens(const Token& a, const Token& b) {
  switch (a.kind) {
    case Kind::Number:
      if (a.text.starts_with('0') || b.text.starts_with('0')) return a.text <=> b.text;
      return compare_numbers(a.text, b.text);
    case Kind::First:
    case Kind::SuffixNumber:
    case Kind::Revision:
      return compare_numbers(a.text, b.text);
    case Kind::Suffix:
      return rank_of_suffix(a.text) <=> rank_of_suffix(b.text);
    case Kind::Letter:
    case Kind::Hash:
    case Kind::End:
    case Kind::Invalid:
      break;
  }
  return a.text <=> b.text;
}

bool leads_to_release(const Token& token) {
  return token.kind == Kind::Suffix && rank_of_suffix(token.text) < kBeforeRelease;
}

}  // namespace

std::weak_ordering compare_alpine(std::string_view a, std::string_view b) {
  Tokens tokens_a(a);
  Tokens tokens_b(b);
  while (tokens_a.current().kind == tokens_b.current().kind && tokens_a.current().kind < Kind::End) {
    const auto order = compare_tokens(tokens_a.current(), tokens_b.current());
    if (order != 0) return order;
    tokens_a.advance();
    tokens_b.advance();
  }
  const Token& at_a = tokens_a.current();
  const Token& at_b = tokens_b.current();
  if (at_a.kind == at_b.kind) return std::weak_ordering::equivalent;
  if (leads_to_release(at_a)) return std::weak_ordering::less;
  if (leads_to_release(at_b)) return std::weak_ordering::greater;
  return at_b.kind <=> at_a.kind;
}

bool is_valid_alpine(std::string_view version) {
  Tokens tokens(version);
  while (tokens.current().kind < Kind::End) tokens.advance();
  return tokens.current().kind == Kind::End;
}

}  // namespace berth::vet
