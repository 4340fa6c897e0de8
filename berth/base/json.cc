#include "berth/base/json.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace berth {

Json::Json(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(INT64_MAX)) {
    value_ = static_cast<std::int64_t>(value);
  } else {
    value_ = Digits{std::make_unique<std::string>(std::to_string(value))};
  }
}

Json::Json(double value) {
  std::string text;
  if (std::isnan(value)) {
    text = "NaN";
  } else if (std::isinf(value)) {
    text = value > 0 ? "Infinity" : "-Infinity";
  } else {
    text = fmt::format("{}", value);  // shortest digits that read back the same
  }
  value_ = Digits{std::make_unique<std::string>(std::move(text))};
}

Json Json::number(std::string text) {
  Json json;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc() && end == text.data() + text.size() && text != "-0") {
    json.value_ = whole;
  } else {
    json.value_ = Digits{std::make_unique<std::string>(std::move(text))};
  }
  return json;
}

Json::Json(const Json& other) {
  struct Copy {
    Json& to;
    void operator()(std::monostate) const {}
    void operator()(bool value) const { to.value_ = value; }
    void operator()(std::int64_t value) const { to.value_ = value; }
    void operator()(const Digits& value) const { to.value_ = Digits{std::make_unique<std::string>(*value.text)}; }
    void operator()(const Text& value) const { to.value_ = std::make_unique<std::string>(*value); }
    void operator()(const Items& value) const { to.value_ = std::make_unique<Array>(*value); }
    void operator()(const Members& value) const { to.value_ = std::make_unique<Object>(*value); }
  };
  std::visit(Copy{*this}, other.value_);
}

Json& Json::operator=(const Json& other) {
  if (this != &other) *this = Json(other);
  return *this;
}

const std::string* Json::as_string() const {
  const auto* text = std::get_if<Text>(&value_);
  return text != nullptr ? text->get() : nullptr;
}

const Json::Array* Json::as_array() const {
  const auto* items = std::get_if<Items>(&value_);
  return items != nullptr ? items->get() : nullptr;
}

const Json::Object* Json::as_object() const {
  const auto* members = std::get_if<Members>(&value_);
  return members != nullptr ? members->get() : nullptr;
}

Json::Array* Json::as_array() {
  auto* items = std::get_if<Items>(&value_);
  return items != nullptr ? items->get() : nullptr;
}

Json::Object* Json::as_object() {
  auto* members = std::get_if<Members>(&value_);
  return members != nullptr ? members->get() : nullptr;
}

const Json* Json::find(std::string_view key) const {
  const Object* members = as_object();
  if (members == nullptr) return nullptr;
  for (auto member = members->rbegin(); member != members->rend(); ++member) {
    if (member->first == key) return &member->second;
  }
  return nullptr;
}

std::string Json::text_or(std::string_view key, std::string_view otherwise) const {
  const Json* member = find(key);
  const std::string* text = member != nullptr ? member->as_string() : nullptr;
  return text != nullptr ? *text : std::string(otherwise);
}

Json& Json::set(std::string_view key, Json value) {
  if (!is_object()) *this = object();
  Object& members = *as_object();
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (member->first == key) {
      member->second = std::move(value);
      return *this;
    }
  }
  members.emplace_back(std::string(key), std::move(value));
  return *this;
}

void Json::push_back(Json value) {
  if (!is_array()) *this = array();
  as_array()->push_back(std::move(value));
}

bool operator==(const Json& a, const Json& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (const auto* text = a.as_string()) return *text == *b.as_string();
  if (const auto* items = a.as_array()) return *items == *b.as_array();
  if (const auto* members = a.as_object()) return *members == *b.as_object();
  if (const auto* digits = std::get_if<Json::Digits>(&a.value_)) {
    return *digits->text == *std::get<Json::Digits>(b.value_).text;
  }
  if (const auto* whole = a.as_int()) return *whole == *b.as_int();
  if (const auto* truth = a.as_bool()) return *truth == *b.as_bool();
  return true;  // both null
}

}  // namespace berth
