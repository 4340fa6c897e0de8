// JSON values that lose nothing: numbers keep their digits, objects their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "berth/base/result.h"

namespace berth {

// Bounds for text from outside. Depth counts arrays and objects; values counts every value, key excluded.
struct JsonLimits {
  std::size_t depth = 512;
  std::size_t values = 1'000'000;
};

// One JSON value (RFC 8259), sixteen bytes. Beyond the RFC it can hold the tokens NaN, Infinity and -Infinity,
// which Python's encoder writes. Integers of 64 bits are numbers; every other number keeps its text, so that
// 10**40 and -0 pass through unchanged. Where a key stands twice the last one counts.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, std::uint64_t>)
  Json(T value) : value_(static_cast<std::int64_t>(value)) {}
  Json(std::uint64_t value);
  Json(double value);
  Json(std::string text) : value_(std::make_unique<std::string>(std::move(text))) {}
  Json(std::string_view text) : Json(std::string(text)) {}
  Json(const char* text) : Json(std::string(text)) {}
  Json(Array items) : value_(std::make_unique<Array>(std::move(items))) {}
  Json(Object members) : value_(std::make_unique<Object>(std::move(members))) {}

  Json(const Json& other);
  Json& operator=(const Json& other);
  Json(Json&&) noexcept = default;
  Json& operator=(Json&&) noexcept = default;
  ~Json() = default;

  static Json array() { return Json(Array()); }
  static Json object() { return Json(Object()); }
  static Json number(std::string text);  // `text` as it stands in JSON: "0.1", "NaN"

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<Digits>(value_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_string() const { return std::holds_alternative<Text>(value_); }
  bool is_array() const { return std::holds_alternative<Items>(value_); }
  bool is_object() const { return std::holds_alternative<Members>(value_); }

  // Null when the value is of another kind.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&value_); }
  const std::string* as_string() const;
  const Array* as_array() const;
  const Object* as_object() const;
  Array* as_array();
  Object* as_object();

  // The member `key`, or null when there is none or this is no object.
  const Json* find(std::string_view key) const;
  // The text of the string member `key`, or `otherwise`.
  std::string text_or(std::string_view key, std::string_view otherwise) const;

  // Sets member `key`. On a value that is no object, makes it one first.
  Json& set(std::string_view key, Json value);
  // Appends to an array. On a value that is no array, makes it one first.
  void push_back(Json value);

  // Equal kinds, contents and order of members.
  friend bool operator==(const Json& a, const Json& b);

 private:
  struct Digits {
    std::unique_ptr<std::string> text;
  };
  using Text = std::unique_ptr<std::string>;
  using Items = std::unique_ptr<Array>;
  using Members = std::unique_ptr<Object>;
  std::variant<std::monostate, bool, std::int64_t, Digits, Text, Items, Members> value_;

  friend class JsonPrinter;
};

// Parses one whole JSON text in UTF-8. Accepts NaN and the infinities; a lone surrogate escape becomes U+FFFD.
// Errors: InvalidInput, with the byte offset; Exhausted past a limit.
Result<Json> parse_json(std::string_view text, JsonLimits limits = {});

// What stands where JSON has no word for it: tokens as Python writes and reads them, or null for strict readers.
enum class NonFinite { Token, Null };

// One line, ASCII only (other characters as \uXXXX), as Python's encoder does.
std::string print_json(const Json& value, NonFinite non_finite = NonFinite::Token);
// For people: indented by two blanks, UTF-8 kept, non-finite numbers as null.
std::string print_json_pretty(const Json& value);

}  // namespace berth
