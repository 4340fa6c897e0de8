#include "berth/dt/native_condition.h"

#include <algorithm>
#include <array>

#include "berth/dt/primitive.h"

namespace berth::dt {
namespace {

constexpr std::size_t kMostTerms = 16;
constexpr std::size_t kMostPathParts = 8;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What a path leads to, or why it does not.
MemberAnswer follow(const std::vector<std::string>& path, Names names) {
  const auto named = std::ranges::find(names, std::string_view(path[0]), [](const auto& name) { return name.first; });
  if (named == names.end()) return {Member::Unsure};
  MemberAnswer answer{Member::Found, named->second};
  for (std::size_t i = 1; i < path.size() && answer.what == Member::Found; ++i) {
    answer = member_of(answer.value, path[i]);
  }
  return answer;
}

std::optional<bool> negated(std::optional<bool> answer) { return answer ? std::optional(!*answer) : std::nullopt; }

}  // namespace

class NativeCondition::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<NativeCondition> parse() {
    NativeCondition condition;
    do {
      auto term = take_term();
      if (!term || condition.terms_.size() == kMostTerms) return std::nullopt;
      condition.terms_.push_back(*std::move(term));
    } while (take("&&"));
    return text_.empty() ? std::optional(std::move(condition)) : std::nullopt;
  }

 private:
  void skip_blanks() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t')) text_.remove_prefix(1);
  }
  bool take(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    skip_blanks();
    return true;
  }

  std::optional<Term> take_term() {
    auto left = take_value();
    if (!left) return std::nullopt;
    Term term{.left = *std::move(left)};
    term.relation = take_relation();
    if (term.relation == Relation::None) return term;
    auto right = take_value();
    if (!right) return std::nullopt;
    term.right = *std::move(right);
    return term;
  }

  Relation take_relation() {
    // The longer ones first.
    constexpr std::array<std::pair<std::string_view, Relation>, 8> kRelations = {{
        {"===", Relation::StrictlyEqual},
        {"!==", Relation::StrictlyUnequal},
        {"==", Relation::LooselyEqual},
        {"!=", Relation::LooselyUnequal},
        {"<=", Relation::AtMost},
        {">=", Relation::AtLeast},
        {"<", Relation::Less},
        {">", Relation::More},
    }};
    for (const auto& [word, relation] : kRelations) {
      if (take(word)) return relation;
    }
    return Relation::None;
  }

  std::optional<Value> take_value() {
    skip_blanks();
    if (text_.empty()) return std::nullopt;
    const char first = text_[0];
    auto value = first == '\'' || first == '"'     ? take_text(first)
                 : is_digit(first) || first == '-' ? take_number()
                                                   : take_path();
    skip_blanks();
    return value;
  }

  std::optional<Value> take_text(char quote) {
    const std::size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inner = text_.substr(1, end - 1);
    const auto is_special = [](char c) { return c == '\\' || (c >= '\0' && c < ' ') || c == '\x7f'; };
    // U+2028 and U+2029 end a line in a text, which is no text then.
    if (std::ranges::any_of(inner, is_special) || inner.find("\xe2\x80") != std::string_view::npos) return std::nullopt;
    text_.remove_prefix(end + 1);
    return Value{.literal = Json(inner)};
  }

  std::optional<Value> take_number() {
    std::size_t end = text_[0] == '-' ? 1 : 0;
    const std::size_t begin = end;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    const std::size_t whole = end - begin;
    if (whole == 0 || whole > 9 || (whole > 1 && text_[begin] == '0')) return std::nullopt;
    if (end + 1 < text_.size() && text_[end] == '.' && is_digit(text_[end + 1])) {
      const std::size_t point = end++;
      while (end < text_.size() && is_digit(text_[end])) ++end;
      if (end - point > 6) return std::nullopt;
    }
    if (end < text_.size() && (is_letter(text_[end]) || text_[end] == '.')) return std::nullopt;
    Value value{.literal = Json::number(std::string(text_.substr(0, end)))};
    text_.remove_prefix(end);
    return value;
  }

  std::optional<Value> take_path() {
    Value value;
    do {
      std::size_t end = 0;
      while (end < text_.size() && (is_letter(text_[end]) || (end > 0 && is_digit(text_[end])))) ++end;
      if (end == 0 || value.path.size() == kMostPathParts) return std::nullopt;
      value.path.emplace_back(text_.substr(0, end));
      text_.remove_prefix(end);
    } while (!text_.empty() && text_[0] == '.' && (text_.remove_prefix(1), true));
    const std::string& name = value.path[0];
    if (value.path.size() > 1 || (name != "true" && name != "false" && name != "null")) return value;
    return Value{.literal = name == "null" ? Json() : Json(name == "true")};
  }

  std::string_view text_;
};

std::optional<NativeCondition> NativeCondition::parse(std::string_view code) { return Parser(code).parse(); }

NativeCondition::Truth NativeCondition::truth_of(const Term& term, Names names) {
  const auto operand = [&](const Value& value) {
    return value.path.empty() ? MemberAnswer{Member::Found, &value.literal} : follow(value.path, names);
  };
  const MemberAnswer left = operand(term.left);
  if (left.what != Member::Found) return left.what == Member::Thrown ? Truth::Thrown : Truth::Unsure;
  const auto judged = [](std::optional<bool> answer) {
    return answer ? (*answer ? Truth::Yes : Truth::No) : Truth::Unsure;
  };
  if (term.relation == Relation::None) return judged(is_true(left.value));
  const MemberAnswer right = operand(term.right);
  if (right.what != Member::Found) return right.what == Member::Thrown ? Truth::Thrown : Truth::Unsure;
  switch (term.relation) {
    case Relation::LooselyEqual:
      return judged(loosely_equal(left.value, right.value));
    case Relation::LooselyUnequal:
      return judged(negated(loosely_equal(left.value, right.value)));
    case Relation::StrictlyEqual:
      return judged(strictly_equal(left.value, right.value));
    case Relation::StrictlyUnequal:
      return judged(negated(strictly_equal(left.value, right.value)));
    case Relation::Less:
      return judged(is_less(left.value, right.value));
    case Relation::AtMost:
      return judged(is_at_most(left.value, right.value));
    case Relation::More:
      return judged(is_less(right.value, left.value));
    case Relation::AtLeast:
      return judged(is_at_most(right.value, left.value));
    case Relation::None:
      break;
  }
  return Truth::Unsure;
}

std::optional<bool> NativeCondition::holds(Names names) const {
  for (const Term& term : terms_) {
    switch (truth_of(term, names)) {
      case Truth::Yes:
        continue;
      case Truth::No:
      case Truth::Thrown:
        return false;
      case Truth::Unsure:
        return std::nullopt;
    }
  }
  return true;
}

bool NativeCondition::is_always() const {
  const Term& first = terms_.front();
  return terms_.size() == 1 && first.relation == Relation::None && first.left.literal == Json(true);
}

std::vector<std::string> NativeCondition::keys() const {
  std::vector<std::string> compared;
  const auto is_member = [](const Value& value, std::string_view base) {
    return value.path.size() == 2 && value.path[0] == base;
  };
  for (const Term& term : terms_) {
    if (term.relation == Relation::None && is_member(term.left, "val")) continue;
    const bool is_equality = term.relation == Relation::LooselyEqual || term.relation == Relation::StrictlyEqual;
    const bool straight = is_member(term.left, "val") && is_member(term.right, "obj");
    const bool crossed = is_member(term.left, "obj") && is_member(term.right, "val");
    if (!is_equality || !(straight || crossed) || term.left.path[1] != term.right.path[1]) return {};
    compared.push_back(term.left.path[1]);
  }
  for (const Term& term : terms_) {
    if (std::ranges::find(compared, term.left.path[1]) == compared.end()) return {};
  }
  return compared;
}

}  // namespace berth::dt
