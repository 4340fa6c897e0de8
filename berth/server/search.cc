#include "berth/server/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/server/incident_json.h"
#include "berth/server/indicator_json.h"
#include "berth/server/query.h"
#include "berth/store/indicators.h"
#include "berth/store/investigations.h"
#include "berth/store/relationships.h"

namespace berth::server {
namespace {

constexpr std::size_t kPage = 1000;  // rows that are read at a time while a query is tried on them

// What the database can leave out before the query is tried: `value:x` holds of no value that x does not stand in.
std::string text_in_value(const Query& query) {
  const auto is_exact = [](const Query& part) {
    return part.kind == Query::Kind::Term && !part.negated && part.term.field == "value" &&
           part.term.comparison == Comparison::Same && part.term.values.size() == 1 &&
           part.term.values[0].find('*') == std::string::npos;
  };
  if (is_exact(query)) return query.term.values[0];
  if (query.kind != Query::Kind::All || query.negated) return {};
  const auto at = std::ranges::find_if(query.parts, is_exact);
  return at != query.parts.end() ? at->term.values[0] : std::string();
}

Result<std::int64_t> number_in(std::string_view text, std::string_view what) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return fail(Errc::InvalidInput, fmt::format("search: '{}' of '{}' is no number", what, text.substr(0, 100)));
  }
  return number;
}

std::vector<std::string> texts_of(const Json& filter, std::string_view name) {
  std::vector<std::string> texts;
  const Json* list = filter.find(name);
  if (list == nullptr) return texts;
  if (const std::string* one = list->as_string()) texts.push_back(*one);
  if (!list->is_array()) return texts;
  for (const Json& one : *list->as_array()) {
    if (const std::string* text = one.as_string()) texts.push_back(*text);
  }
  return texts;
}

bool is_among(const std::vector<std::string>& wanted, const std::string& one) {
  return wanted.empty() || std::ranges::find(wanted, one) != wanted.end();
}

bool is_wanted(const store::Investigation& one, const IncidentSearch& search) {
  if (!one.incident.is_object()) return false;
  const std::string id = std::to_string(one.id);
  if (!is_among(search.ids, id) || !is_among(search.names, one.name) || !is_among(search.types, one.type)) return false;
  if (!search.only.empty() && search.only != id) return false;
  if (search.created_from && one.created < *search.created_from) return false;
  return !search.created_to || one.created <= *search.created_to;
}

}  // namespace

Result<Json> search_indicators(store::Database& database, const IndicatorSearch& search) {
  BERTH_TRY(const Query query, parse_query(search.query));
  store::IndicatorFilter filter;
  filter.value = search.value;
  filter.text = text_in_value(query);
  store::Indicators indicators(database);
  store::IndicatorPage page;
  std::int64_t after = 0;
  if (!search.search_after.empty()) {
    BERTH_TRY(after, number_in(search.search_after, "searchAfter"));
  }
  const std::int64_t skipped = search.search_after.empty() ? search.page * search.size : 0;
  page.limit = kPage;
  Json found = Json::array();
  std::int64_t total = 0;
  std::int64_t seen = 0;
  std::int64_t last = 0;
  for (;;) {
    BERTH_TRY(const auto rows, indicators.search(filter, page));
    for (const store::Indicator& row : rows) {
      page.after = row.id;
      Json json = indicator_json(row);
      // Queries speak of `type` and of custom fields by their names.
      json.set("type", row.type);
      if (!matches(json, query)) continue;
      ++total;
      // The total is that of all pages, whichever this is.
      if (row.id <= after) continue;
      ++seen;
      if (seen <= skipped || seen > skipped + search.size) continue;
      last = row.id;
      found.push_back(std::move(json));
    }
    if (rows.size() < kPage) break;
  }
  Json answer = Json::object();
  answer.set("iocs", std::move(found)).set("total", total);
  return answer.set("searchAfter", last > 0 ? Json(Json::Array{std::to_string(last)}) : Json());
}

Result<Json> search_relationships(store::Database& database, const Json& filter) {
  store::RelationshipFilter wanted;
  wanted.values = texts_of(filter, "entities");
  for (std::string& one : texts_of(filter, "values")) wanted.values.push_back(std::move(one));
  wanted.names = texts_of(filter, "relationshipNames");
  store::RelationshipPage page;
  if (const Json* size = filter.find("size"); size != nullptr && size->is_int()) {
    page.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(*size->as_int(), 1, 10'000));
  }
  store::Relationships relationships(database);
  BERTH_TRY(const auto rows, relationships.search(wanted, page));
  BERTH_TRY(const std::int64_t total, relationships.count(wanted));
  Json found = Json::array();
  for (const store::Relationship& row : rows) found.push_back(relationship_json(row));
  Json answer = Json::object();
  answer.set("data", std::move(found)).set("total", total);
  return answer;
}

Result<Json> search_incidents(store::Database& database, const IncidentSearch& search) {
  BERTH_TRY(const Query query, parse_query(search.query));
  store::Investigations investigations(database);
  store::InvestigationFilter filter;
  filter.limit = kPage;
  const bool is_one = search.ids.size() == 1;
  if (const auto only = store::parse_investigation_id(is_one ? search.ids.front() : ""); only) {
    filter.after = *only - 1;
    filter.limit = 1;
  }
  std::vector<Json> found;
  for (;;) {
    BERTH_TRY(const auto rows, investigations.list(filter));
    for (const store::Investigation& row : rows) {
      filter.after = row.id;
      if (!is_wanted(row, search)) continue;
      Json json = incident_json(row);
      if (matches(json, query)) found.push_back(std::move(json));
    }
    if (rows.size() < kPage || is_one) break;
  }
  std::ranges::reverse(found);
  sort_by(found, search.order);
  Json data = Json::array();
  const auto first = static_cast<std::size_t>(search.page * search.size);
  for (std::size_t i = first; i < found.size() && i < first + static_cast<std::size_t>(search.size); ++i) {
    data.push_back(std::move(found[i]));
  }
  Json answer = Json::object();
  answer.set("data", std::move(data)).set("total", static_cast<std::int64_t>(found.size()));
  return answer;
}

}  // namespace berth::server
