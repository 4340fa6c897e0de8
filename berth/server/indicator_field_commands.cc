// Commands that change what is known of indicators that are there already.

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "berth/server/command_groups.h"
#include "berth/server/indicator_json.h"
#include "berth/store/indicators.h"

namespace berth::server {
namespace {

// Changes the indicators of argument `indicatorsValues`, of whatever type; all of them, or none when one is not there.
Result<std::vector<Json>> change_indicators(const CommandArguments& arguments, const CommandScene& scene,
                                            const std::function<void(store::Indicator&)>& change) {
  BERTH_CHECK_OK(arguments.needed_text("indicatorsValues"));
  const std::vector<std::string> values = arguments.texts("indicatorsValues");
  BERTH_TRY(store::Database * database, scene.state.database());
  store::Indicators indicators(*database);
  return database->transaction([&]() -> Result<std::vector<Json>> {
    for (const std::string& value : values) {
      store::IndicatorFilter filter;
      filter.value = value;
      BERTH_TRY(auto rows, indicators.search(filter));
      if (value.empty() || rows.empty()) {
        return fail(Errc::NotFound, fmt::format("there is no indicator '{}'", value.substr(0, 200)));
      }
      std::ranges::for_each(rows, change);
      BERTH_CHECK_OK(indicators.upsert(rows));
    }
    return one_entry(text_entry(fmt::format("{} indicators were changed", values.size())));
  });
}

std::vector<std::string> texts_in(const Json& fields, const std::string& name) {
  return CommandArguments("", fields).texts(name);
}

void set_texts(Json& fields, const std::string& name, const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  fields.set(name, std::move(list));
}

// Puts values into a field that holds several, such as the tags, each once, or takes them out.
Result<std::vector<Json>> change_field(const CommandArguments& arguments, const CommandScene& scene, bool append) {
  BERTH_TRY(const std::string field, arguments.needed_text("field"));
  const std::vector<std::string> changed = arguments.texts("fieldValue");
  return change_indicators(arguments, scene, [&](store::Indicator& indicator) {
    std::vector<std::string> texts = texts_in(indicator.fields, field);
    for (const std::string& one : changed) {
      const auto at = std::ranges::find(texts, one);
      if (append && at == texts.end()) texts.push_back(one);
      if (!append && at != texts.end()) texts.erase(at);
    }
    set_texts(indicator.fields, field, texts);
  });
}

Result<std::vector<Json>> append_field(const CommandArguments& arguments, const CommandScene& scene) {
  return change_field(arguments, scene, true);
}

Result<std::vector<Json>> remove_from_field(const CommandArguments& arguments, const CommandScene& scene) {
  return change_field(arguments, scene, false);
}

Result<std::vector<Json>> set_indicators(const CommandArguments& arguments, const CommandScene& scene) {
  const std::string verdict = arguments.text("verdict");
  const Json fields = arguments.others({"indicatorsValues", "verdict", "type", "manualScore", "relateToIncident"});
  return change_indicators(arguments, scene, [&](store::Indicator& indicator) {
    if (!verdict.empty()) indicator.score = score_of(verdict);
    for (const auto& [name, value] : *fields.as_object()) indicator.fields.set(name, value);
  });
}

constexpr BuiltInCommand kCommands[] = {
    {"appendIndicatorField", "put values into a field of indicators", "indicatorsValues", append_field},
    {"removeIndicatorField", "take values out of a field of indicators", "indicatorsValues", remove_from_field},
    {"setIndicators", "set the verdict and fields of indicators", "indicatorsValues", set_indicators},
};

}  // namespace

std::span<const BuiltInCommand> indicator_field_commands() { return kCommands; }

}  // namespace berth::server
