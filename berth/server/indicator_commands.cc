// Commands about indicators.

#include <fmt/format.h>

#include "berth/server/command_groups.h"
#include "berth/server/indicator_json.h"
#include "berth/server/search.h"

namespace berth::server {
namespace {

Result<std::vector<Json>> create_indicator(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const std::string value, arguments.needed_text("value"));
  Json given = Json::object();
  given.set("value", value).set("type", arguments.text("type"));
  for (const char* name : {"score", "verdict", "reputation"}) {
    if (const std::string text = arguments.text(name); !text.empty()) given.set(name, text);
  }
  if (given.text_or("type", "").empty()) given.set("type", "Unknown");
  Json fields = arguments.others(
      {"value", "type", "score", "verdict", "reputation", "seenNow", "relateToIncident", "source", "customFields"});
  const Json custom = arguments.value("customFields");
  if (custom.is_object()) {
    for (const auto& [name, inner] : *custom.as_object()) fields.set(name, inner);
  }
  given.set("fields", std::move(fields));
  BERTH_TRY(const store::Indicator indicator, indicator_from(given, {"", arguments.text("source")}));
  BERTH_TRY(store::Database * database, scene.state.database());
  store::Indicators indicators(*database);
  BERTH_CHECK_OK(indicators.upsert(std::span(&indicator, 1)));
  BERTH_TRY(const auto stored, indicators.find(indicator.type, indicator.value));
  return one_entry(value_entry(indicator_json(stored.value_or(indicator)), fmt::format("Created indicator {}", value)));
}

Result<std::vector<Json>> find_indicators(const CommandArguments& arguments, const CommandScene& scene) {
  IndicatorSearch search;
  search.value = arguments.text("value");
  search.query = arguments.text("query");
  BERTH_TRY(search.size, arguments.number("size", 1000, 1, 10'000));
  BERTH_TRY(search.page, arguments.number("page", 0, 0, 1'000'000));
  BERTH_TRY(store::Database * database, scene.state.database());
  BERTH_TRY(const Json found, search_indicators(*database, search));
  return one_entry(value_entry(*found.find("iocs"), fmt::format("{} indicators", *found.find("total")->as_int())));
}

constexpr BuiltInCommand kCommands[] = {
    {"createNewIndicator", "make an indicator, or change the one that is there", "value", create_indicator},
    {"findIndicators", "search indicators", "query", find_indicators},
};

}  // namespace

std::span<const BuiltInCommand> indicator_commands() { return kCommands; }

}  // namespace berth::server
