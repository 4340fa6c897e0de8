#include "berth/server/command_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/base/lower_case.h"
#include "berth/content/arguments.h"

namespace berth::server {
namespace {

std::string text_of(const Json& value) {
  const std::string* text = value.as_string();
  return text != nullptr ? *text : print_json(value);
}

bool looks_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

}  // namespace

const Json* CommandArguments::find(std::string_view name) const {
  const Json* found = args_.find(name);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

std::string CommandArguments::text(std::string_view name) const {
  const Json* found = find(name);
  return found != nullptr ? text_of(*found) : "";
}

std::unexpected<Error> CommandArguments::wrong(std::string_view name, std::string_view why) const {
  return fail(Errc::InvalidInput, fmt::format("command '{}': argument '{}' {}", command_, name, why));
}

Result<std::string> CommandArguments::needed_text(std::string_view name) const {
  std::string given = text(name);
  if (given.empty()) return wrong(name, "is missing");
  return given;
}

Result<bool> CommandArguments::flag(std::string_view name, bool otherwise) const {
  const std::string given = lower_case(text(name));
  if (given.empty()) return otherwise;
  if (given == "true" || given == "yes") return true;
  if (given == "false" || given == "no") return false;
  return wrong(name, "is neither true nor false");
}

Result<std::int64_t> CommandArguments::number(std::string_view name, std::int64_t otherwise, std::int64_t least,
                                              std::int64_t most) const {
  const std::string given = text(name);
  if (given.empty()) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), number);
  if (error != std::errc() || end != given.data() + given.size() || number < least || number > most) {
    return wrong(name, fmt::format("is no whole number from {} to {}", least, most));
  }
  return number;
}

std::vector<std::string> CommandArguments::texts(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr) return {};
  if (!found->is_array()) return content::list_elements(text_of(*found));
  std::vector<std::string> texts;
  for (const Json& one : *found->as_array()) texts.push_back(text_of(one));
  return texts;
}

Json CommandArguments::value(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr) return {};
  const std::string* text = found->as_string();
  if (text == nullptr || !looks_like_json(*text)) return *found;
  auto parsed = parse_json(*text);
  return parsed ? *std::move(parsed) : *found;
}

Json CommandArguments::others(std::initializer_list<std::string_view> known) const {
  Json fields = Json::object();
  if (!args_.is_object()) return fields;
  for (const auto& [name, value] : *args_.as_object()) {
    if (std::ranges::find(known, std::string_view(name)) == known.end() && !value.is_null()) fields.set(name, value);
  }
  return fields;
}

}  // namespace berth::server
