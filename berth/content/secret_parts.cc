#include "berth/content/secret_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "berth/content/parameter_value.h"

namespace berth::content {
namespace {

constexpr std::string_view kHidden = "********";

// Members of credentials that say whose they are.
constexpr std::array<std::string_view, 9> kOpenMembers = {
    "identifier", "id", "name", "user", "username", "domain", "workgroup", "type", "vaultInstanceId"};

bool is_open_member(std::string_view name) { return std::ranges::find(kOpenMembers, name) != kOpenMembers.end(); }

std::string below(const std::string& way, std::string_view name) {
  std::string longer = way.empty() ? "" : way + '.';
  for (const char c : name) {
    if (c == '.' || c == '\\') longer += '\\';
    longer += c;
  }
  return longer;
}

std::vector<std::string> names_on(std::string_view way) {
  std::vector<std::string> names(1);
  for (std::size_t at = 0; at < way.size(); ++at) {
    if (way[at] == '.') {
      names.emplace_back();
      continue;
    }
    if (way[at] == '\\' && at + 1 < way.size()) ++at;
    names.back() += way[at];
  }
  return names;
}

class Split {
 public:
  SplitParameters run(const Item& integration, Json params) && {
    for (const Parameter& parameter : integration.parameters) {
      const bool has_secrets = is_secret(parameter) || parameter.type == ParameterType::Credentials;
      Json::Object* members = has_secrets ? params.as_object() : nullptr;
      if (members == nullptr) continue;
      for (auto& [name, value] : *members) {
        if (name != parameter.name) continue;
        keeps_names_open_ = !is_secret(parameter);
        take(value, below("", name));
      }
    }
    return {std::move(params), std::move(secrets_)};
  }

 private:
  void take(Json& value, const std::string& way) {
    if (Json::Object* members = value.as_object()) {
      for (auto& [name, member] : *members) {
        const bool stays = keeps_names_open_ && is_open_member(name) && member.is_string();
        if (!stays) take(member, below(way, name));
      }
    } else if (Json::Array* items = value.as_array()) {
      for (std::size_t i = 0; i < items->size(); ++i) take((*items)[i], below(way, std::to_string(i)));
    } else if (const std::string* text = value.as_string()) {
      if (text->empty()) return;
      secrets_.emplace(way, *text);
      value = Json("");
    } else if (value.is_number() && !keeps_names_open_) {
      secrets_.emplace(way, print_json(value));
      value = Json("");
    }
  }

  bool keeps_names_open_ = false;
  SecretParts secrets_;
};

Json* element_of(Json::Array& items, std::string_view name) {
  std::size_t index = 0;
  const char* begin = std::to_address(name.begin());
  const char* end = std::to_address(name.end());
  const auto [last, error] = std::from_chars(begin, end, index);
  return error == std::errc() && last == end && index < items.size() ? &items[index] : nullptr;
}

// The member or element `name`; made where it is missing.
Json& place_in(Json& value, std::string_view name) {
  if (Json::Array* items = value.as_array()) {
    if (Json* element = element_of(*items, name)) return *element;
  }
  if (value.find(name) == nullptr) value.set(name, Json());
  return std::ranges::find(*value.as_object(), name, &Json::Member::first)->second;
}

}  // namespace

SplitParameters split_secrets(const Item& integration, Json params) {
  return Split().run(integration, std::move(params));
}

Json join_secrets(Json open, const SecretParts& secrets) {
  for (const auto& [way, text] : secrets) {
    Json* place = &open;
    for (const std::string& name : names_on(way)) place = &place_in(*place, name);
    *place = Json(text);
  }
  return open;
}

Json hide_secrets(const Item& integration, Json params, const std::vector<std::string>& sealed) {
  auto [open, secrets] = split_secrets(integration, std::move(params));
  for (const std::string& way : sealed) secrets[way];
  for (auto& [way, text] : secrets) text = kHidden;
  return join_secrets(std::move(open), secrets);
}

}  // namespace berth::content
