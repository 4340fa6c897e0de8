#include "berth/vet/licence_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/vet/spdx_list.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostBytes = 16 << 10;
constexpr std::size_t kMostTerms = 1000;
constexpr int kDeepest = 50;

constexpr std::string_view kOnly = "-only";
constexpr std::string_view kOrLater = "-or-later";

bool equals(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower_letter, lower_letter); }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_id_part(char c) {
  return (lower_letter(c) >= 'a' && lower_letter(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == ':';
}

bool is_operator(std::string_view word) { return equals(word, "and") || equals(word, "or") || equals(word, "with"); }

// Whether `text` is PREFIX-idstring, the prefix in any case.
bool is_reference(std::string_view text, std::string_view prefix) {
  if (text.size() <= prefix.size() || !equals(text.substr(0, prefix.size()), prefix)) return false;
  return text.substr(prefix.size()).find(':') == std::string_view::npos;
}

bool is_licence_reference(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return is_reference(text, "LicenseRef-");
  return is_reference(text.substr(0, colon), "DocumentRef-") && is_reference(text.substr(colon + 1), "LicenseRef-");
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<LicenceExpression> read() {
    if (text_.size() > kMostBytes) {
      return fail(Errc::Exhausted,
                  fmt::format("a licence expression of {} bytes: at most {}", text_.size(), kMostBytes));
    }
    BERTH_TRY(LicenceExpression expression, alternatives(0));
    if (!peek().empty()) return refuse("expected AND or OR");
    return expression;
  }

 private:
  Result<LicenceExpression> alternatives(int depth) {
    return joined(LicenceExpression::Kind::Or, "or", depth, &Reader::conjunction);
  }
  Result<LicenceExpression> conjunction(int depth) {
    return joined(LicenceExpression::Kind::And, "and", depth, &Reader::operand);
  }

  // PART {WORD PART}; parts of the same kind in parentheses are taken up into it.
  Result<LicenceExpression> joined(LicenceExpression::Kind kind, std::string_view word, int depth,
                                   Result<LicenceExpression> (Reader::*part)(int)) {
    BERTH_TRY(LicenceExpression first, (this->*part)(depth));
    if (!equals(peek(), word)) return first;
    LicenceExpression whole = {.kind = kind, .term = {}, .parts = {}};
    add(whole, std::move(first));
    while (equals(peek(), word)) {
      take();
      BERTH_TRY(LicenceExpression next, (this->*part)(depth));
      add(whole, std::move(next));
    }
    return whole;
  }

  static void add(LicenceExpression& whole, LicenceExpression part) {
    if (part.kind != whole.kind) {
      whole.parts.push_back(std::move(part));
      return;
    }
    for (LicenceExpression& one : part.parts) whole.parts.push_back(std::move(one));
  }

  Result<LicenceExpression> operand(int depth) {
    if (peek() != "(") return term();
    if (depth == kDeepest) return fail(Errc::Exhausted, "parentheses in a licence expression are too deep");
    take();
    BERTH_TRY(LicenceExpression inner, alternatives(depth + 1));
    if (peek() != ")") return refuse("expected ')'");
    take();
    return inner;
  }

  Result<LicenceExpression> term() {
    if (++terms_ > kMostTerms) {
      return fail(Errc::Exhausted, fmt::format("a licence expression of more than {} licences", kMostTerms));
    }
    LicenceExpression expression;
    BERTH_TRY(expression.term, licence());
    if (!equals(peek(), "with")) return expression;
    take();
    if (!expression.term.exception.empty()) return refuse("the licence in front has an exception already");
    BERTH_TRY(expression.term.exception, exception());
    return expression;
  }

  Result<LicenceTerm> licence() {
    const std::string_view word = peek();
    if (word.empty() || is_operator(word) || !is_id_part(word.front())) return refuse("expected the id of a licence");
    LicenceTerm term;
    if (is_licence_reference(word)) {
      term = {.id = std::string(word), .or_later = false, .exception = {}, .is_listed = false};
      take();
    } else {
      const SpdxId* listed = find_spdx_licence(word);
      if (listed == nullptr) return refuse("is no licence of the SPDX list");
      take();
      term = listed_term(*listed);
    }
    // The plus sign is part of the id: no blank stands between.
    if (at_ < text_.size() && text_[at_] == '+') {
      if (!term.is_listed) return refuse("'+' cannot follow a LicenseRef");
      ++at_;
      term.or_later = true;
    }
    return term;
  }

  static LicenceTerm listed_term(const SpdxId& listed) {
    std::string_view id = listed.is_deprecated() ? listed.replacement : listed.id;
    LicenceTerm term;
    if (const std::size_t with = id.find(" WITH "); with != std::string_view::npos) {
      term.exception = id.substr(with + 6);
      id = id.substr(0, with);
    }
    term.or_later = id.ends_with(kOrLater);
    if (term.or_later) id.remove_suffix(kOrLater.size());
    if (id.ends_with(kOnly)) id.remove_suffix(kOnly.size());
    term.id = id;
    return term;
  }

  Result<std::string> exception() {
    const std::string_view word = peek();
    if (const SpdxId* listed = find_spdx_exception(word)) {
      take();
      return std::string(listed->id);
    }
    if (!is_reference(word, "AdditionRef-")) return refuse("is no exception of the SPDX list");
    take();
    return std::string(word);
  }

  // The word that comes next, without taking it: an id, a parenthesis, or any other character; empty at the end.
  std::string_view peek() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    std::size_t end = at_;
    while (end < text_.size() && is_id_part(text_[end])) ++end;
    if (end == at_ && end < text_.size()) ++end;
    return text_.substr(at_, end - at_);
  }
  void take() { at_ += peek().size(); }

  std::unexpected<Error> refuse(std::string_view why) {
    const std::string_view word = peek();
    const std::string place = word.empty() ? "at the end" : fmt::format("'{}'", to_visible(word.substr(0, 60), false));
    return fail(Errc::InvalidInput, fmt::format("licence expression, byte {}, {}: {}", at_, place, why));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t terms_ = 0;
};

}  // namespace

std::string LicenceTerm::listed_id() const {
  if (!is_listed) return id;
  for (const std::string& whole : {fmt::format("{}{}", id, or_later ? kOrLater : kOnly), id}) {
    if (find_spdx_licence(whole) != nullptr) return whole;
  }
  return id;
}

std::string LicenceTerm::text() const {
  std::string text = listed_id();
  if (or_later && !text.ends_with(kOrLater)) text += '+';
  if (!exception.empty()) text += " WITH " + exception;
  return text;
}

std::string LicenceExpression::text() const {
  if (kind == Kind::Term) return term.text();
  std::string text;
  for (const LicenceExpression& part : parts) {
    if (!text.empty()) text += kind == Kind::And ? " AND " : " OR ";
    // AND binds more: only an OR inside an AND needs them.
    const bool needs_parentheses = kind == Kind::And && part.kind == Kind::Or;
    text += needs_parentheses ? "(" + part.text() + ")" : part.text();
  }
  return text;
}

Result<LicenceExpression> parse_licence_expression(std::string_view text) { return Reader(text).read(); }

}  // namespace berth::vet
