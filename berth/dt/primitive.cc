#include "berth/dt/primitive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "berth/base/utf8.h"

namespace berth::dt {
namespace {

enum class Kind { Nothing, Truth, Number, Text, Object };

constexpr std::size_t kMostDigits = 15;  // that every double keeps

// What the engine would find on an object without such a member.
constexpr std::array<std::string_view, 12> kInherited = {
    "constructor",      "toString",         "toLocaleString",       "valueOf",
    "hasOwnProperty",   "isPrototypeOf",    "propertyIsEnumerable", "__proto__",
    "__defineGetter__", "__defineSetter__", "__lookupGetter__",     "__lookupSetter__"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// The text of a number that is no 64-bit integer.
std::string digits_of(const Json& number) { return print_json(number); }

Kind kind_of(Operand value) {
  if (value == nullptr || value->is_null()) return Kind::Nothing;
  if (value->is_bool()) return Kind::Truth;
  if (value->is_string()) return Kind::Text;
  if (!value->is_number()) return Kind::Object;
  if (value->is_int()) return Kind::Number;
  return digits_of(*value).find_first_of("NI") == std::string::npos ? Kind::Number : Kind::Nothing;
}

std::optional<double> double_of(const std::string& digits) {
  const auto count = static_cast<std::size_t>(std::ranges::count_if(digits, is_digit));
  if (count > kMostDigits + 5) return std::nullopt;  // five of them may be an exponent's or leading zeros
  const std::size_t exponent = std::min(digits.find_first_of("eE"), digits.size());
  const auto significant = std::ranges::count_if(std::string_view(digits).substr(0, exponent), is_digit);
  if (static_cast<std::size_t>(significant) > kMostDigits) return std::nullopt;
  return std::strtod(digits.c_str(), nullptr);
}

std::optional<double> number_of(const Json& number) {
  if (const std::int64_t* whole = number.as_int()) {
    constexpr std::int64_t kExact = std::int64_t{1} << 53;
    if (*whole > kExact || *whole < -kExact) return std::nullopt;
    return static_cast<double>(*whole);
  }
  return double_of(digits_of(number));
}

bool is_decimal(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - begin;
  };
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  std::size_t count = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    count += digits();
  }
  if (count == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

// ECMA-262, section 9.3.1: what a text is as a number. NaN when it is none.
std::optional<double> number_of(const std::string& text) {
  constexpr std::size_t kMostBytes = 64;
  if (!is_ascii(text)) return std::nullopt;  // it may have blanks that are not ASCII
  const std::size_t begin = text.find_first_not_of(" \t\n\v\f\r");
  if (begin == std::string::npos) return 0.0;
  const std::string trimmed = text.substr(begin, text.find_last_not_of(" \t\n\v\f\r") + 1 - begin);
  const char second = trimmed.size() > 1 ? trimmed[1] : '0';
  if (trimmed[0] == '0' && !is_digit(second) && second != '.' && second != 'e' && second != 'E') return std::nullopt;
  if (trimmed.ends_with("Infinity")) return std::nullopt;
  if (!is_decimal(trimmed)) return std::numeric_limits<double>::quiet_NaN();
  return trimmed.size() > kMostBytes ? std::nullopt : double_of(trimmed);
}

// Of anything but an object.
std::optional<double> to_number(Operand value) {
  switch (kind_of(value)) {
    case Kind::Nothing:
      return value == nullptr ? std::numeric_limits<double>::quiet_NaN() : 0.0;
    case Kind::Truth:
      return *value->as_bool() ? 1.0 : 0.0;
    case Kind::Number:
      return number_of(*value);
    case Kind::Text:
      return number_of(*value->as_string());
    case Kind::Object:
      break;
  }
  return std::nullopt;
}

std::optional<bool> numbers_equal(Operand a, Operand b) {
  const auto left = to_number(a);
  const auto right = to_number(b);
  if (!left || !right) return std::nullopt;
  return *left == *right;
}

bool texts_equal(const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (is_ascii(a) || is_ascii(b)) return false;
  return to_valid_utf8(a) == to_valid_utf8(b);  // as they are in the engine
}

std::optional<bool> same_kind_equal(Kind kind, Operand a, Operand b) {
  switch (kind) {
    case Kind::Truth:
      return *a->as_bool() == *b->as_bool();
    case Kind::Number:
      return numbers_equal(a, b);
    case Kind::Text:
      return texts_equal(*a->as_string(), *b->as_string());
    default:
      return std::nullopt;
  }
}

}  // namespace

MemberAnswer member_of(Operand base, std::string_view name) {
  const Kind kind = kind_of(base);
  if (kind == Kind::Nothing) return {Member::Thrown};
  if (name == "__proto__") return {Member::Unsure};
  if (base->is_object()) {
    if (const Json* found = base->find(name)) return {Member::Found, found};
    const bool inherited = std::ranges::find(kInherited, name) != kInherited.end();
    return {inherited ? Member::Unsure : Member::Found};
  }
  // The library's own names on texts, numbers and lists begin with small letters.
  const bool is_ours = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
  return {is_ours ? Member::Found : Member::Unsure};
}

std::optional<bool> is_true(Operand value) {
  switch (kind_of(value)) {
    case Kind::Nothing:
      return false;
    case Kind::Truth:
      return *value->as_bool();
    case Kind::Number: {
      const auto number = number_of(*value);
      return number ? std::optional(*number != 0) : std::nullopt;
    }
    case Kind::Text:
      return !value->as_string()->empty();
    case Kind::Object:
      break;
  }
  return true;
}

std::optional<bool> loosely_equal(Operand a, Operand b) {
  const Kind left = kind_of(a);
  const Kind right = kind_of(b);
  if (left == Kind::Nothing || right == Kind::Nothing) return left == right;
  if (left == Kind::Object || right == Kind::Object) return std::nullopt;
  return left == right ? same_kind_equal(left, a, b) : numbers_equal(a, b);
}

std::optional<bool> strictly_equal(Operand a, Operand b) {
  const Kind left = kind_of(a);
  const Kind right = kind_of(b);
  if (left != right) return false;
  if (left == Kind::Nothing) return (a == nullptr) == (b == nullptr);
  return same_kind_equal(left, a, b);
}

std::optional<bool> is_less(Operand a, Operand b) {
  if (kind_of(a) == Kind::Text && kind_of(b) == Kind::Text) return std::nullopt;
  const auto left = to_number(a);
  const auto right = to_number(b);
  if (!left || !right) return std::nullopt;
  return *left < *right;
}

std::optional<bool> is_at_most(Operand a, Operand b) {
  if (kind_of(a) == Kind::Text && kind_of(b) == Kind::Text) return std::nullopt;
  const auto left = to_number(a);
  const auto right = to_number(b);
  if (!left || !right) return std::nullopt;
  return *left <= *right;
}

std::optional<std::string> bucket_of(Operand value) {
  const Kind kind = kind_of(value);
  if (kind == Kind::Nothing) return "-";
  if (kind == Kind::Object) return std::nullopt;
  const auto number = to_number(value);
  if (!number) return std::nullopt;
  if (!std::isnan(*number)) return fmt::format("n{}", *number + 0.0);  // one zero
  return kind == Kind::Text ? "s" + *value->as_string() : "nan";
}

}  // namespace berth::dt
