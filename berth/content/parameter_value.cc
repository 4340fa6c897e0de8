#include "berth/content/parameter_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/content/arguments.h"
#include "berth/content/suggestion.h"

namespace berth::content {
namespace {

std::unexpected<Error> refuse(std::string reason) { return fail(Errc::InvalidInput, std::move(reason)); }

std::string shown(std::string_view text) {
  return to_visible(text.substr(0, 100), false) + (text.size() > 100 ? "..." : "");
}

Result<Json> boolean_value(const Json& json) {
  if (json.is_bool()) return json;
  const std::string word = json.is_string() ? *json.as_string() : std::string();
  if (word.empty() && json.is_string()) return Json(false);
  if (const auto truth = boolean_of(word)) return Json(*truth);
  return refuse(fmt::format("'{}' is not a boolean; write true or false", shown(word)));
}

Result<Json> plain_value(const Parameter& parameter, const Json& json) {
  if (json.is_string()) return json;
  const bool is_numeric = parameter.type == ParameterType::Number || parameter.type == ParameterType::Interval;
  if (is_numeric && json.is_number()) return json;
  if (json.is_number() || json.is_bool()) return Json(print_json(json));
  return refuse(fmt::format("it is {}, not text", json.is_array() ? "a list" : "an object"));
}

Result<void> check_option(const Parameter& parameter, const std::string& value) {
  const auto& options = parameter.options;
  if (options.empty() || std::find(options.begin(), options.end(), value) != options.end()) return {};
  return refuse(fmt::format("'{}' is not one of its options{}", shown(value), suggestion_for(value, options)));
}

Result<Json> select_value(const Parameter& parameter, const Json& json) {
  BERTH_TRY(Json value, plain_value(parameter, json));
  const std::string& text = *value.as_string();
  if (!text.empty()) BERTH_CHECK_OK(check_option(parameter, text));
  return value;
}

Result<Json> list_value(const Parameter& parameter, const Json& json) {
  Json result = Json::array();
  if (json.is_string()) {
    for (std::string& element : list_elements(*json.as_string())) result.push_back(std::move(element));
  } else if (json.is_array()) {
    result = json;
  } else {
    return refuse("it is no list; write values with commas between, or a JSON list of texts");
  }
  for (const Json& element : *result.as_array()) {
    if (!element.is_string()) return refuse("its elements are not all text; put them in quotes");
    BERTH_CHECK_OK(check_option(parameter, *element.as_string()));
  }
  return result;
}

// An object whose known members are texts. Others are kept: servers store more than code reads.
Result<Json> credentials_value(const Json& json) {
  Json value = Json::object();
  value.set("identifier", "").set("password", "");
  if (json.is_string() && json.as_string()->empty()) return value;
  if (!json.is_object()) return refuse("it is no object; write {\"identifier\": ..., \"password\": ...}");
  for (const auto& [name, member] : *json.as_object()) {
    const bool is_text = name == "identifier" || name == "password";
    if (is_text && !member.is_string()) return refuse(fmt::format("its '{}' is not text; put it in quotes", name));
    if (name == "credentials" && !member.is_object()) return refuse("its 'credentials' is no object");
    value.set(name, member);
  }
  return value;
}

}  // namespace

bool has_value(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::DownloadLink:
    case ParameterType::Title:
    case ParameterType::ResultLink:
    case ParameterType::EnginePlaceholder:
      return false;
    default:
      return true;
  }
}

bool is_secret(const Parameter& parameter) {
  return parameter.type == ParameterType::Encrypted || parameter.type == ParameterType::LongEncrypted;
}

std::optional<bool> boolean_of(std::string_view word) {
  const std::string lower = lower_case(word);
  if (lower == "true" || lower == "yes") return true;
  if (lower == "false" || lower == "no") return false;
  return std::nullopt;
}

Json empty_value(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::Boolean:
      return Json(false);
    case ParameterType::MultiSelect:
      return Json::array();
    case ParameterType::Credentials: {
      Json value = Json::object();
      value.set("identifier", "").set("password", "");
      return value;
    }
    default:
      return Json("");
  }
}

bool is_missing(const Parameter& parameter, const Json& value) {
  if (parameter.type == ParameterType::Credentials) {
    const Json* key = value.find("credentials");
    const bool has_key = key != nullptr && !key->text_or("sshkey", "").empty();
    const bool no_user = !parameter.hidden_identifier && value.text_or("identifier", "").empty();
    const bool no_password = !parameter.hidden_password && !has_key && value.text_or("password", "").empty();
    return no_user || no_password;
  }
  if (const auto* items = value.as_array()) return items->empty();
  const std::string* text = value.as_string();
  return text != nullptr && text->empty();
}

Result<Json> typed_value(const Parameter& parameter, const Json& json) {
  if (json.is_null()) return empty_value(parameter);
  switch (parameter.type) {
    case ParameterType::Boolean:
      return boolean_value(json);
    case ParameterType::MultiSelect:
      return list_value(parameter, json);
    case ParameterType::SingleSelect:
      return select_value(parameter, json);
    case ParameterType::Credentials:
      return credentials_value(json);
    default:
      return plain_value(parameter, json);
  }
}

std::string text_of(const Parameter& parameter, const Assignment& assignment) {
  std::string text = assignment.value;
  const bool is_long = parameter.type == ParameterType::LongText || parameter.type == ParameterType::LongEncrypted;
  if (assignment.source == ValueSource::Inline || is_long) return text;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace berth::content
