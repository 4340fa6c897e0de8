#include "berth/server/http_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "berth/base/utf8.h"
#include "berth/server/incident_json.h"
#include "berth/server/json_member.h"
#include "berth/server/search.h"
#include "berth/store/instances.h"
#include "berth/store/lists.h"

namespace berth::server {
namespace {

constexpr std::size_t kMostBodyBytes = 16 << 20;  // of an answer
constexpr std::int64_t kMostOfAPage = 10'000;

std::unexpected<Error> too_large() {
  return fail(Errc::Exhausted,
              fmt::format("the answer is larger than {} bytes: ask for less with 'size' and 'page'", kMostBodyBytes));
}

struct Page {
  std::int64_t size;
  std::int64_t skipped;  // that stand on the pages before
};

Result<Page> page_of(std::string_view route, const Json& body) {
  const CommandArguments arguments(route, body);
  BERTH_TRY(const std::int64_t size, arguments.number("size", kMostOfAPage, 1, kMostOfAPage));
  BERTH_TRY(const std::int64_t page, arguments.number("page", 0, 0, 1'000'000));
  return Page{size, page * size};
}

// What a command of the server answers with: the contents of its one entry.
Result<Json> contents_of(std::string_view command, const Json& args, const CommandScene& scene) {
  const BuiltInCommand* built_in = find_built_in(command);
  BERTH_TRY(const std::vector<Json> entries, built_in->run(CommandArguments(built_in->name, args), scene));
  return entries.empty() ? Json() : member(entries.front(), "Contents");
}

// [{"field": "created", "asc": false}] as a command writes it: created.desc.
Json order_of(const Json& sort) {
  Json order = Json::array();
  if (!sort.is_array()) return order;
  for (const Json& one : *sort.as_array()) {
    const bool* ascending = member(one, "asc").as_bool();
    order.push_back(one.text_or("field", "") + (ascending != nullptr && *ascending ? ".asc" : ".desc"));
  }
  return order;
}

// {"by": "day", "fromValue": 30}: since then; null for another period.
Json start_of(const Json& period) {
  static constexpr std::array<std::pair<std::string_view, std::chrono::hours>, 4> kUnits = {{
      {"hour", std::chrono::hours(1)},
      {"day", std::chrono::hours(24)},
      {"week", std::chrono::hours(24 * 7)},
      {"month", std::chrono::hours(24 * 30)},
  }};
  std::string by = period.text_or("by", "");
  if (by.ends_with('s')) by.pop_back();
  const auto* unit = std::ranges::find(kUnits, std::string_view(by), [](const auto& one) { return one.first; });
  const std::int64_t* count = member(period, "fromValue").as_int();
  constexpr std::int64_t kMost = 10'000;
  if (unit == kUnits.end() || count == nullptr || *count < 0 || *count > kMost) return {};
  return time_text(store::now() - unit->second * *count);
}

Result<Json> search_incidents_route(const Json& body, const CommandScene& scene) {
  const Json& filter = member(body, "filter");
  Json args = Json::object();
  for (const auto& [to, from] : {std::pair{"id", "id"},
                                 {"name", "name"},
                                 {"type", "type"},
                                 {"query", "query"},
                                 {"size", "size"},
                                 {"page", "page"},
                                 {"fromdate", "fromDate"},
                                 {"todate", "toDate"}}) {
    args.set(to, member(filter, from));
  }
  if (member(filter, "fromDate").is_null()) args.set("fromdate", start_of(member(filter, "period")));
  args.set("sort", order_of(member(filter, "sort")));
  return contents_of("getIncidents", args, scene);
}

Result<Json> search_indicators_route(const Json& body, const CommandScene& scene) {
  const CommandArguments arguments("indicators/search", body);
  IndicatorSearch search;
  search.query = arguments.text("query");
  BERTH_TRY(search.size, arguments.number("size", 100, 1, 10'000));
  BERTH_TRY(search.page, arguments.number("page", 0, 0, 1'000'000));
  BERTH_TRY(store::Database * database, scene.state.database());
  return search_indicators(*database, search);
}

Result<Json> search_relationships_route(const Json& body, const CommandScene& scene) {
  BERTH_TRY(store::Database * database, scene.state.database());
  return search_relationships(*database, body);
}

// Names and brands; neither parameters nor secrets.
Result<Json> instances_route(const Json& body, const CommandScene& scene) {
  BERTH_TRY(const Page page, page_of("settings/integration/search", body));
  BERTH_TRY(store::Database * database, scene.state.database());
  BERTH_TRY(const auto all, store::Instances(*database).list());
  Json instances = Json::array();
  for (std::int64_t i = page.skipped; i < std::ssize(all) && i < page.skipped + page.size; ++i) {
    const store::Instance& one = all[static_cast<std::size_t>(i)];
    Json json = Json::object();
    json.set("id", one.name).set("name", one.name).set("brand", one.brand);
    instances.push_back(json.set("enabled", one.enabled ? "true" : "false"));
  }
  return Json::object().set("instances", std::move(instances));
}

Result<Json> lists_route(const Json& body, const CommandScene& scene) {
  BERTH_TRY(const Page page, page_of("lists", body));
  BERTH_TRY(store::Database * database, scene.state.database());
  store::Lists lists(*database);
  BERTH_TRY(const auto some, lists.list(page.size, page.skipped));
  Json found = Json::array();
  std::size_t bytes = 0;
  for (const store::ServerList& one : some) {
    BERTH_TRY(store::ServerList list, lists.get(one.name));
    bytes += list.data.size();
    if (bytes > kMostBodyBytes) return too_large();
    Json json = Json::object();
    json.set("id", list.name).set("name", list.name).set("type", list.type);
    found.push_back(json.set("data", std::move(list.data)));
  }
  return found;
}

// Content is registered here as it is; nothing was installed from a marketplace.
Result<Json> packs_route(const Json&, const CommandScene&) { return Json::array(); }

enum class Who { Anybody, Scripts };

struct Route {
  std::string_view method;
  std::string_view path;
  Who who;
  Result<Json> (*answer)(const Json& body, const CommandScene& scene);
};

// Instances and lists are for scripts alone, as getAllModules and getList are.
constexpr Route kRoutes[] = {
    {"POST", "incidents/search", Who::Anybody, search_incidents_route},
    {"POST", "indicators/search", Who::Anybody, search_indicators_route},
    {"POST", "relationships/search", Who::Anybody, search_relationships_route},
    {"POST", "settings/integration/search", Who::Scripts, instances_route},
    {"GET", "lists", Who::Scripts, lists_route},
    {"GET", "contentpacks/metadata/installed", Who::Anybody, packs_route},
};

Result<Json> answer_of(const Route& route, const Json& body, const CommandScene& scene) {
  if (route.who == Who::Scripts && scene.caller.kind != content::ItemKind::Script) {
    return fail(Errc::Denied,
                fmt::format("'{}' is a route for scripts, and '{}' is an integration", route.path, scene.caller.item));
  }
  return route.answer(body, scene);
}

// investigation/ID: its entries.
Result<Json> entries_of(std::string_view id, const Json& body, const CommandScene& scene) {
  Json args = Json::object().set("id", id).set("pageSize", member(body, "pageSize"));
  const BuiltInCommand* get_entries = find_built_in("getEntries");
  BERTH_TRY(std::vector<Json> entries, get_entries->run(CommandArguments("getEntries", args), scene));
  return Json::object().set("id", id).set("entries", Json(std::move(entries)));
}

Json answered(int code, std::string_view reason, std::string body) {
  Json answer = Json::object();
  answer.set("statusCode", code).set("status", fmt::format("{} {}", code, reason)).set("body", std::move(body));
  return answer.set("headers", Json::object().set("Content-Type", Json(Json::Array{"application/json"})));
}

Json refused(int code, std::string_view reason, const Error& error) {
  Json body = Json::object().set("status", code).set("detail", error.message());
  return answered(code, reason, print_json(body));
}

std::string_view without_slashes(std::string_view uri) {
  while (uri.starts_with('/')) uri.remove_prefix(1);
  while (uri.ends_with('/')) uri.remove_suffix(1);
  return uri;
}

}  // namespace

Result<Json> answer_http_request(const Json& args, const CommandScene& scene) {
  const std::string method = args.text_or("method", "");
  const std::string uri = args.text_or("uri", "");
  const std::string_view path = without_slashes(uri);
  const Json body = CommandArguments("internalHttpRequest", args).value("body");
  constexpr std::string_view kInvestigation = "investigation/";
  const auto find = [&]() -> Result<Json> {
    const auto* route =
        std::ranges::find_if(kRoutes, [&](const Route& one) { return one.method == method && one.path == path; });
    if (route != std::ranges::end(kRoutes)) return answer_of(*route, body, scene);
    const std::string_view rest = path.starts_with(kInvestigation) ? path.substr(kInvestigation.size()) : "";
    if (method == "POST" && !rest.empty() && rest.find('/') == std::string_view::npos)
      return entries_of(rest, body, scene);
    return fail(Errc::Unavailable,
                fmt::format("Unsupported Command: only the original's own server can answer {} '{}'",
                            to_visible(method.substr(0, 20), false), to_visible(uri.substr(0, 200), false)));
  };
  const auto answer = [&]() -> Result<std::string> {
    BERTH_TRY(const Json found, find());
    std::string text = print_json(found, NonFinite::Null);
    if (text.size() > kMostBodyBytes) return too_large();
    return text;
  }();
  if (answer) return answered(200, "OK", *answer);
  switch (answer.error().code()) {
    case Errc::InvalidInput:
      return refused(400, "Bad Request", answer.error());
    case Errc::Denied:
      return refused(403, "Forbidden", answer.error());
    case Errc::NotFound:
      return refused(404, "Not Found", answer.error());
    case Errc::Exhausted:
      return refused(413, "Content Too Large", answer.error());
    default:
      return std::unexpected(answer.error());
  }
}

}  // namespace berth::server
