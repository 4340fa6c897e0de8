#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "berth/server/moment.h"
#include "berth/server/query.h"

namespace berth::server {
namespace {

constexpr std::size_t kMostTerms = 100;
constexpr std::size_t kMostValues = 10'000;
constexpr int kMostBrackets = 32;

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == y; });
}

bool can_be_compared(const std::string& value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return (error == std::errc() && end == value.data() + value.size()) || parse_moment(value);
}

class QueryReader {
 public:
  explicit QueryReader(std::string_view text) : text_(text) {}

  Result<Query> read() {
    BERTH_TRY(Query query, any_of());
    if (at_ < text_.size()) return wrong("a bracket that nothing opens");
    return query;
  }

 private:
  // Alternatives, up to the end or a closing bracket.
  Result<Query> any_of() {
    Query any{.kind = Query::Kind::Any, .parts = {}, .term = {}};
    do {
      BERTH_TRY(Query all, all_of());
      any.parts.push_back(std::move(all));
    } while (take_word("or"));
    if (any.parts.size() == 1) return std::move(any.parts.front());
    const auto is_empty = [](const Query& one) { return one.kind == Query::Kind::All && one.parts.empty(); };
    if (std::ranges::any_of(any.parts, is_empty)) return wrong("an 'or' without something on either side");
    return any;
  }

  Result<Query> all_of() {
    Query all{.parts = {}, .term = {}};
    bool negated = false;
    for (skip_blanks(); at_ < text_.size() && peek() != ')' && !is_word("or"); skip_blanks()) {
      if (peek() == '-' || peek() == '+') {
        negated ^= text_[at_++] == '-';
      } else if (take_word("not")) {
        negated = !negated;
      } else if (!take_word("and")) {
        BERTH_TRY(Query part, peek() == '(' ? group() : term());
        part.negated ^= std::exchange(negated, false);
        all.parts.push_back(std::move(part));
      }
    }
    if (negated) return wrong("'not' without a term");
    if (all.parts.size() == 1) return std::move(all.parts.front());
    return all;
  }

  Result<Query> group() {
    if (++depth_ > kMostBrackets) {
      return fail(Errc::Exhausted, fmt::format("a query has {} brackets inside of each other at most", kMostBrackets));
    }
    ++at_;
    BERTH_TRY(Query inner, any_of());
    if (at_ == text_.size()) return wrong("a bracket that nothing closes");
    if (inner.kind == Query::Kind::All && inner.parts.empty()) return wrong("brackets around nothing");
    ++at_;
    --depth_;
    return inner;
  }

  Result<Query> term() {
    if (++terms_ > kMostTerms) return fail(Errc::Exhausted, fmt::format("a query has {} terms at most", kMostTerms));
    Query query{.kind = Query::Kind::Term, .parts = {}, .term = {}};
    const bool quoted = peek() == '"';
    BERTH_TRY(std::string word, value());
    if (quoted || at_ == text_.size() || peek() != ':') {
      query.term.values.push_back(std::move(word));
      return query;
    }
    ++at_;
    query.term.field = std::move(word);
    skip_blanks();
    if (at_ == text_.size()) return wrong("a field without a value");
    if (peek() == '[' || peek() == '{') return wrong("a range of values, which is written as 'a:>=1 and a:<5' here,");
    query.term.comparison = comparison();
    if (peek_is('(') && query.term.comparison == Comparison::Same) {
      BERTH_TRY(query.term.values, value_list());
      return query;
    }
    if (at_ == text_.size()) return wrong("a comparison without a value");
    BERTH_TRY(std::string one, value_with_colons());
    if (query.term.comparison != Comparison::Same && !can_be_compared(one)) {
      return wrong("a comparison with what is no number and no date");
    }
    query.term.values.push_back(std::move(one));
    return query;
  }

  Comparison comparison() {
    if (!peek_is('<') && !peek_is('>')) return Comparison::Same;
    const bool less = text_[at_++] == '<';
    const bool or_same = peek_is('=');
    if (or_same) ++at_;
    skip_blanks();
    if (less) return or_same ? Comparison::LessOrSame : Comparison::Less;
    return or_same ? Comparison::GreaterOrSame : Comparison::Greater;
  }

  // A value may hold colons: an address, a time.
  Result<std::string> value_with_colons() {
    BERTH_TRY(std::string one, value());
    while (peek_is(':')) {
      ++at_;
      one += ':';
      if (at_ < text_.size() && !is_blank(peek()) && std::string_view("\":()").find(peek()) == std::string_view::npos) {
        BERTH_TRY(const std::string more, value());
        one += more;
      }
    }
    return one;
  }

  Result<std::vector<std::string>> value_list() {
    std::vector<std::string> found;
    ++at_;
    for (skip_blanks(); at_ < text_.size() && peek() != ')'; skip_blanks()) {
      if (take_word("or")) continue;
      BERTH_TRY(std::string one, value());
      found.push_back(std::move(one));
      if (found.size() > kMostValues) return fail(Errc::Exhausted, "a query has too many values for one field");
    }
    if (at_ == text_.size()) return wrong("a bracket that nothing closes");
    ++at_;
    return found;
  }

  Result<std::string> value() {
    std::string word;
    if (peek() == '"') {
      for (++at_; at_ < text_.size() && peek() != '"'; ++at_) {
        if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
        word += peek();
      }
      if (at_ == text_.size()) return wrong("a quote that nothing closes");
      ++at_;
      return word;
    }
    word = bare_word();
    if (word.empty()) return wrong(fmt::format("'{}'", peek()));
    at_ += word.size();
    return word;
  }

  std::string bare_word() const {
    std::size_t end = at_;
    while (end < text_.size() && !is_blank(text_[end]) &&
           std::string_view("():\"").find(text_[end]) == std::string_view::npos) {
      ++end;
    }
    return std::string(text_.substr(at_, end - at_));
  }

  char peek() const { return text_[at_]; }
  bool peek_is(char c) const { return at_ < text_.size() && peek() == c; }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(peek())) ++at_;
  }

  // Whether an operator stands here; `or:1` is a field.
  bool is_word(std::string_view word) const {
    const std::size_t end = at_ + word.size();
    return same_word(bare_word(), word) && (end == text_.size() || text_[end] != ':');
  }
  bool take_word(std::string_view word) {
    if (!is_word(word)) return false;
    at_ += word.size();
    return true;
  }

  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(Errc::InvalidInput,
                fmt::format("query, at character {}: {} cannot be had here; write it like "
                            "type:IP and (score:>=2 or -verdict:Benign) and value:(a.example \"b c\")",
                            at_ + 1, what));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t terms_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Query> parse_query(std::string_view text) { return QueryReader(text).read(); }

}  // namespace berth::server
