#include "berth/server/query.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "berth/server/moment.h"

namespace berth::server {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

<<<<<<< HEAD
class QueryReader {
 public:
  explicit QueryReader(std::string_view text) : text_(text) {}

  Result<std::vector<QueryTerm>> read() {
    std::vector<QueryTerm> terms;
    bool negated = false;
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
      if (peek() == '(' || peek() == ')') return wrong("brackets around terms");
      if (peek() == '-' || peek() == '+') {
        negated = text_[at_++] == '-';
        continue;
      }
      const bool quoted = peek() == '"';
      BERTH_TRY(std::string word, value());
      if (!quoted && lower(word) == "and") continue;
      if (!quoted && lower(word) == "or") return wrong("'or' between terms");
      if (!quoted && lower(word) == "not") {
        negated = true;
        continue;
      }
      QueryTerm term;
      term.negated = std::exchange(negated, false);
      if (!quoted && at_ < text_.size() && peek() == ':') {
        ++at_;
        term.field = std::move(word);
        BERTH_TRY(term.values, values());
      } else {
        term.values.push_back(std::move(word));
      }
      terms.push_back(std::move(term));
      if (terms.size() > kMostTerms)
        return fail(Errc::Exhausted, fmt::format("a query has {} terms at most", kMostTerms));
    }
    if (negated) return wrong("'not' without a term");
    return terms;
  }

 private:
  char peek() const { return text_[at_]; }
  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(peek())) != 0) ++at_;
  }

  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(Errc::InvalidInput, fmt::format("query, at character {}: {} cannot be had here; write terms that must "
                                                "all hold, like type:IP -verdict:Malicious value:(a.example \"b c\")",
                                                at_ + 1, what));
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
    constexpr std::string_view kEnds = "():\"";
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(peek())) == 0 &&
           kEnds.find(peek()) == std::string_view::npos) {
      word += text_[at_++];
    }
    if (word.empty()) return wrong(fmt::format("'{}'", peek()));
    return word;
  }

  Result<std::vector<std::string>> values() {
    std::vector<std::string> found;
    skip_blanks();
    if (at_ == text_.size()) return wrong("a field without a value");
    if (constexpr std::string_view kRanges = "<>[{"; kRanges.find(peek()) != std::string_view::npos) {
      return wrong("a range of values");
    }
    if (peek() != '(') {
      // A value may hold colons: an address, a time.
      BERTH_TRY(std::string one, value());
      while (at_ < text_.size() && peek() == ':') {
        ++at_;
        one += ':';
        if (at_ < text_.size() && std::isspace(static_cast<unsigned char>(peek())) == 0 && peek() != '"' &&
            peek() != ':' && peek() != '(' && peek() != ')') {
          BERTH_TRY(const std::string more, value());
          one += more;
        }
      }
      found.push_back(std::move(one));
      return found;
    }
    ++at_;
    for (skip_blanks(); at_ < text_.size() && peek() != ')'; skip_blanks()) {
      const bool quoted = peek() == '"';
      BERTH_TRY(std::string one, value());
      if (quoted || lower(one) != "or") found.push_back(std::move(one));
      if (found.size() > kMostValues) return fail(Errc::Exhausted, "a query has too many values for one field");
    }
    if (at_ == text_.size()) return wrong("a bracket that nothing closes");
    ++at_;
    return found;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

=======
>>>>>>> w-trial
// `pattern` in lower case, with `*` at either end.
bool text_matches(std::string_view text, std::string_view pattern) {
  const std::string value = lower(text);
  const bool open_start = pattern.starts_with('*');
  while (pattern.starts_with('*')) pattern.remove_prefix(1);
  const bool open_end = pattern.ends_with('*');
  while (pattern.ends_with('*')) pattern.remove_suffix(1);
  if (open_start && open_end) return value.find(pattern) != std::string::npos;
  if (open_start) return value.ends_with(pattern);
  if (open_end) return value.starts_with(pattern);
  return value == pattern;
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class T>
bool compares(const T& value, Comparison comparison, const T& wanted) {
  switch (comparison) {
    case Comparison::Same:
      return value == wanted;
    case Comparison::Less:
      return value < wanted;
    case Comparison::LessOrSame:
      return value <= wanted;
    case Comparison::Greater:
      return value > wanted;
    case Comparison::GreaterOrSame:
      return value >= wanted;
  }
  return false;
}

bool text_compares(std::string_view text, Comparison comparison, std::string_view wanted) {
  if (comparison == Comparison::Same) return text_matches(text, wanted);
  if (const auto number = number_of(wanted)) {
    const auto value = number_of(text);
    return value && compares(*value, comparison, *number);
  }
  const auto moment = parse_moment(wanted);
  const auto value = parse_moment(text);
  return moment && value && compares(*value, comparison, *moment);
}

bool value_matches(const Json& value, Comparison comparison, std::string_view wanted) {
  if (const Json::Array* items = value.as_array()) {
    return std::ranges::any_of(*items, [&](const Json& one) { return value_matches(one, comparison, wanted); });
  }
  if (const Json::Object* members = value.as_object()) {
    return std::ranges::any_of(*members,
                               [&](const Json::Member& one) { return value_matches(one.second, comparison, wanted); });
  }
  if (value.is_null()) return false;
  const std::string* text = value.as_string();
  return text_compares(text != nullptr ? *text : print_json(value), comparison, wanted);
}

const Json* field_of(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const std::string wanted = lower(name);
  for (const auto& [key, value] : *object.as_object()) {
    if (lower(key) == wanted) return &value;
  }
  for (const auto& [key, value] : *object.as_object()) {
    if (key == "CustomFields") return field_of(value, name);
  }
  constexpr std::string_view kOwner = "incident.";
  return wanted.starts_with(kOwner) ? field_of(object, name.substr(kOwner.size())) : nullptr;
}

bool term_holds(const Json& object, const QueryTerm& term) {
  const auto any = [&](const Json& value, bool inside) {
    return std::ranges::any_of(term.values, [&](const std::string& wanted) {
      const std::string pattern = lower(wanted);
      return value_matches(value, term.comparison, inside ? "*" + pattern + "*" : pattern);
    });
  };
  if (!term.field.empty()) {
    const Json* value = field_of(object, term.field);
    return value != nullptr && any(*value, false);
  }
  return object.is_object() &&
         std::ranges::any_of(*object.as_object(), [&](const Json::Member& member) { return any(member.second, true); });
}

}  // namespace

bool matches(const Json& object, const Query& query) {
  const auto holds = [&](const Query& part) { return matches(object, part); };
  switch (query.kind) {
    case Query::Kind::All:
      return std::ranges::all_of(query.parts, holds) != query.negated;
    case Query::Kind::Any:
      return std::ranges::any_of(query.parts, holds) != query.negated;
    case Query::Kind::Term:
      return term_holds(object, query.term) != query.negated;
  }
  return false;
}

}  // namespace berth::server
