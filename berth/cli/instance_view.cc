#include "berth/cli/instance_view.h"

#include <fmt/format.h>

#include "berth/app/instance_service.h"
#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/cli/table.h"

namespace berth::cli {
namespace {

Json test_json(const store::Instance& instance) {
  if (!instance.last_test) return {};
  Json json = Json::object();
  json.set("passed", instance.last_test->passed).set("message", instance.last_test->message);
  return json.set("at", utc_text(instance.last_test->at));
}

std::string test_text(const store::Instance& instance) {
  if (!instance.last_test) return "never";
  return fmt::format("{} at {}", instance.last_test->passed ? "ok" : "failed", utc_text(instance.last_test->at));
}

Json summary_json(const store::Instance& instance) {
  Json json = Json::object();
  json.set("name", instance.name).set("brand", instance.brand).set("enabled", instance.enabled);
  json.set("created", utc_text(instance.created)).set("modified", utc_text(instance.modified));
  return json.set("last_test", test_json(instance));
}

std::string line(std::string_view label, std::string_view value) {
  return fmt::format("{:<12} {}\n", to_visible(label, false), to_visible(value, false));
}

std::string word_of(const Json& value) {
  const std::string* text = value.as_string();
  return text != nullptr ? *text : print_json(value);
}

}  // namespace

Json instance_json(const store::Instance& instance, const content::Item* integration, const std::string& problem) {
  Json json = Json::object();
  json.set("schema", kInstanceSchema);
  Json summary = summary_json(instance);
  for (auto& [name, value] : *summary.as_object()) json.set(name, std::move(value));
  json.set("parameters", app::shown_parameters(instance, integration)).set("options", instance.options);
  if (!problem.empty()) json.set("problem", problem);
  return json;
}

std::string instance_text(const store::Instance& instance, const content::Item* integration,
                          const std::string& problem) {
  std::string out = line("name", instance.name) + line("brand", instance.brand);
  out += line("state", instance.enabled ? "enabled" : "disabled");
  out += line("created", utc_text(instance.created)) + line("modified", utc_text(instance.modified));
  out += line("last test", test_text(instance));
  if (instance.last_test && !instance.last_test->passed) out += line("", instance.last_test->message);
  for (const auto& [name, value] : *instance.options.as_object()) out += line(name, word_of(value));
  if (!problem.empty()) out += line("problem", problem);
  out += "parameters\n";
  const Json shown = app::shown_parameters(instance, integration);
  for (const auto& [name, value] : *shown.as_object()) {
    out += fmt::format("  {}: {}\n", to_visible(name, false), to_visible(word_of(value), false));
  }
  return out;
}

Json instances_json(const std::vector<store::Instance>& instances) {
  Json list = Json::array();
  for (const store::Instance& instance : instances) list.push_back(summary_json(instance));
  return Json::object().set("schema", kInstanceSchema).set("instances", std::move(list));
}

std::string instances_text(const std::vector<store::Instance>& instances, const Page& page) {
  Table table{plain_row({"NAME", "BRAND", "STATE", "LAST TEST"}), {}, {}};
  for (const store::Instance& instance : instances) {
    table.rows.push_back(plain_row({to_visible(instance.name, false), to_visible(instance.brand, false),
                                    instance.enabled ? "enabled" : "disabled", test_text(instance)}));
  }
  return render_table(table, page);
}

}  // namespace berth::cli
