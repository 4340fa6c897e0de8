#include "berth/vet/source_info.h"

#include <algorithm>

namespace berth::vet {
namespace {

std::size_t count_of(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  const std::int64_t* number = value == nullptr ? nullptr : value->as_int();
  return number == nullptr ? 0 : static_cast<std::size_t>(std::max<std::int64_t>(*number, 0));
}

}  // namespace

Json json_of_source(const SourceInfo& source) {
  Json json = Json::object();
  json.set("name", source.name);
  json.set("origin", source.origin);
  json.set("sha256", source.sha256);
  json.set("imported", source.imported);
  json.set("newest", source.newest);
  json.set("advisories", source.advisories);
  json.set("withdrawn", source.withdrawn);
  json.set("contradictions", source.contradictions);
  Json problems = Json::array();
  for (const std::string& problem : source.problems) problems.push_back(problem);
  json.set("problems", std::move(problems));
  return json;
}

Result<SourceInfo> parse_source(std::string_view line) {
  auto json = parse_json(line, {.depth = 4, .values = 100'000});
  if (!json || !json->is_object()) return fail(Errc::Corrupt, "what it says of its source cannot be read");
  SourceInfo source;
  source.name = json->text_or("name", "");
  source.origin = json->text_or("origin", "");
  source.sha256 = json->text_or("sha256", "");
  source.imported = json->text_or("imported", "");
  source.newest = json->text_or("newest", "");
  source.advisories = count_of(*json, "advisories");
  source.withdrawn = count_of(*json, "withdrawn");
  source.contradictions = count_of(*json, "contradictions");
  if (const Json* problems = json->find("problems"); problems != nullptr && problems->is_array()) {
    for (const Json& problem : *problems->as_array()) {
      if (problem.is_string()) source.problems.push_back(*problem.as_string());
    }
  }
  return source;
}

}  // namespace berth::vet
