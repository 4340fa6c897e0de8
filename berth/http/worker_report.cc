#include "berth/http/worker_report.h"

#include <algorithm>
#include <utility>

#include "berth/base/json.h"
#include "berth/base/utf8.h"

namespace berth::http {
namespace {

bool is_on(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value != nullptr && value->is_bool() && *value->as_bool();
}

std::uint64_t number_in(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value != nullptr && value->is_int() ? static_cast<std::uint64_t>(std::max<std::int64_t>(0, *value->as_int()))
                                             : 0;
}

std::unexpected<Error> no_report() { return fail(Errc::Corrupt, "a worker tells what is no report"); }

Json json_of(const RestReport& report) {
  Json zygotes = Json::array();
  for (const WorkerZygote& zygote : report.zygotes) {
    Json one = Json::object();
    one.set("key", zygote.key).set("item", zygote.item).set("children", zygote.children);
    one.set("spares", zygote.spares).set("memory_bytes", zygote.memory_bytes).set("since", zygote.since);
    zygotes.push_back(std::move(one));
  }
  Json shared = Json::array();
  for (const WorkerShared& process : report.shared) {
    Json one = Json::object();
    one.set("key", process.key).set("item", process.item).set("calls", process.calls);
    shared.push_back(std::move(one.set("memory_bytes", process.memory_bytes).set("since", process.since)));
  }
  Json json = Json::object();
  json.set("memory_bytes", report.memory_bytes).set("shared", std::move(shared)).set("zygotes", std::move(zygotes));
  return json;
}

Result<RestReport> rest_in(const Json& json) {
  const Json* zygotes = json.find("zygotes");
  const Json* shared = json.find("shared");
  const auto is_list = [](const Json* list) { return list != nullptr && list->is_array(); };
  if (!is_list(zygotes) || !is_list(shared)) return no_report();
  RestReport report;
  report.memory_bytes = number_in(json, "memory_bytes");
  for (const Json& one : *zygotes->as_array()) {
    report.zygotes.push_back({one.text_or("key", ""),
                              one.text_or("item", ""),
                              number_in(one, "children"),
                              number_in(one, "memory_bytes"),
                              one.text_or("since", ""),
                              {},
                              number_in(one, "spares")});
  }
  for (const Json& one : *shared->as_array()) {
    report.shared.push_back({one.text_or("key", ""), one.text_or("item", ""), number_in(one, "calls"),
                             number_in(one, "memory_bytes"), one.text_or("since", "")});
  }
  return report;
}

}  // namespace

std::string short_item(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  return to_valid_utf8(name.substr(0, kLongest));
}

std::string print_report(const DoneReport& report) {
  Json json = Json::object();
  json.set("report", "done").set("id", report.id).set("keeps", report.keeps);
  json.set("makes_zygote", report.makes_zygote).set("took_ns", report.took_ns);
  if (report.rest) json.set("rest", json_of(*report.rest));
  return print_json(json);
}

std::string print_report(const RestReport& report) { return print_json(json_of(report).set("report", "rest")); }

Result<Report> parse_report(std::string_view text) {
  BERTH_TRY(const Json json, parse_json(text));
  const std::string what = json.text_or("report", "");
  if (what == "rest") {
    BERTH_TRY(RestReport report, rest_in(json));
    return Report(std::move(report));
  }
  if (what != "done") return no_report();
  DoneReport report = {json.text_or("id", ""), is_on(json, "keeps"), is_on(json, "makes_zygote"),
                       number_in(json, "took_ns"), std::nullopt};
  if (const Json* rest = json.find("rest")) {
    BERTH_TRY(report.rest, rest_in(*rest));
  }
  return Report(std::move(report));
}

}  // namespace berth::http
