#include "berth/vet/source_info.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongestName = 60;

std::size_t count_of(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  const std::int64_t* number = value == nullptr ? nullptr : value->as_int();
  return number == nullptr ? 0 : static_cast<std::size_t>(std::max<std::int64_t>(*number, 0));
}

Json json_of_texts(const std::vector<std::string>& texts) {
  Json json = Json::array();
  for (const std::string& text : texts) json.push_back(text);
  return json;
}

std::vector<std::string> texts_of(const Json& json, std::string_view key) {
  std::vector<std::string> texts;
  const Json* list = json.find(key);
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& one : *list->as_array()) {
    if (one.is_string()) texts.push_back(*one.as_string());
  }
  return texts;
}

Result<Json> parse_line(std::string_view line) {
  auto json = parse_json(line, {.depth = 4, .values = 100'000});
  if (json && json->is_object()) return json;
  return fail(Errc::Corrupt, "what it says of its source cannot be read");
}

}  // namespace

Result<std::string> parse_source_name(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  const bool is_name = !text.empty() && text.size() <= kLongestName && text.front() != '.';
  if (is_name && std::ranges::all_of(text, is_part)) return std::string(text);
  return fail(Errc::InvalidInput,
              fmt::format("'{}' is no name of a source: small letters, digits, '-', '_' and '.', at most {}",
                          to_visible(text.substr(0, kLongestName), false), kLongestName));
}

Json json_of_source(const SourceInfo& source) {
  Json json = Json::object();
  json.set("name", source.name);
  json.set("origin", source.origin);
  json.set("sha256", source.sha256);
  json.set("imported", source.imported);
  json.set("dated", source.dated);
  json.set("newest", source.newest);
  json.set("advisories", source.advisories);
  json.set("withdrawn", source.withdrawn);
  json.set("contradictions", source.contradictions);
  if (source.left_out > 0) json.set("left_out", source.left_out);
  json.set("problems", json_of_texts(source.problems));
  return json;
}

Result<SourceInfo> parse_source(std::string_view line) {
  BERTH_TRY(const Json json, parse_line(line));
  SourceInfo source;
  source.name = json.text_or("name", "");
  source.origin = json.text_or("origin", "");
  source.sha256 = json.text_or("sha256", "");
  source.imported = json.text_or("imported", "");
  source.dated = json.text_or("dated", "");
  source.newest = json.text_or("newest", "");
  source.advisories = count_of(json, "advisories");
  source.withdrawn = count_of(json, "withdrawn");
  source.contradictions = count_of(json, "contradictions");
  source.left_out = count_of(json, "left_out");
  source.problems = texts_of(json, "problems");
  return source;
}

Json json_of_list(const ListInfo& list) {
  Json json = Json::object();
  json.set("kind", list_kind_text(list.kind)).set("origin", list.origin).set("sha256", list.sha256);
  json.set("imported", list.imported).set("dated", list.dated).set("entries", list.entries);
  return json.set("problems", json_of_texts(list.problems));
}

Result<ListInfo> parse_list_info(std::string_view line) {
  BERTH_TRY(const Json json, parse_line(line));
  ListInfo list;
  const auto kind = parse_list_kind(json.text_or("kind", ""));
  if (!kind) return fail(Errc::Corrupt, "what it says of its source cannot be read");
  list.kind = *kind;
  list.origin = json.text_or("origin", "");
  list.sha256 = json.text_or("sha256", "");
  list.imported = json.text_or("imported", "");
  list.dated = json.text_or("dated", "");
  list.entries = count_of(json, "entries");
  list.problems = texts_of(json, "problems");
  return list;
}

}  // namespace berth::vet
