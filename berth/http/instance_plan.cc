#include "berth/http/instance_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/app/long_running_service.h"

namespace berth::http {
namespace {

constexpr std::chrono::minutes kLongEnough{5};  // a run of this length was none of a series of failures
constexpr std::int64_t kMostMinutes = std::int64_t{60} * 24 * 366;

// A number of minutes, or the text of one.
std::optional<std::chrono::seconds> minutes_in(const Json& parameters, std::string_view name) {
  const Json* value = parameters.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const std::string text = value->is_string() ? *value->as_string() : print_json(*value);
  std::int64_t minutes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (minutes < 1 || minutes > kMostMinutes) return std::nullopt;
  return std::chrono::minutes(minutes);
}

}  // namespace

std::chrono::seconds fetch_pause(const Json& parameters, std::chrono::seconds otherwise) {
  std::optional<std::chrono::seconds> shortest;
  for (const char* name : {"incidentFetchInterval", "feedFetchInterval", "eventFetchInterval", "assetsFetchInterval"}) {
    const auto pause = minutes_in(parameters, name);
    if (pause && (!shortest || *pause < *shortest)) shortest = pause;
  }
  return shortest.value_or(otherwise);
}

std::string print_due(const DueInstance& instance) {
  Json json = Json::object();
  json.set("name", instance.name).set("runs", instance.runs_for_long).set("fetches", instance.fetches);
  return print_json(json.set("every", instance.every.count()).set("stamp", instance.stamp));
}

Result<DueInstance> parse_due(std::string_view text) {
  BERTH_TRY(const Json json, parse_json(text));
  const Json* runs = json.find("runs");
  const Json* fetches = json.find("fetches");
  const Json* every = json.find("every");
  const bool is_whole = runs != nullptr && runs->is_bool() && fetches != nullptr && fetches->is_bool() &&
                        every != nullptr && every->is_int() && *every->as_int() > 0;
  if (!is_whole || json.text_or("name", "").empty())
    return fail(Errc::Corrupt, "read of an instance: a part is missing");
  return DueInstance{json.text_or("name", ""), *runs->as_bool(), *fetches->as_bool(),
                     std::chrono::seconds(*every->as_int()), json.text_or("stamp", "")};
}

void InstancePlan::update(const std::vector<DueInstance>& instances) {
  for (auto& [name, state] : states_) state.is_wanted = false;
  for (const DueInstance& one : instances) {
    State& state = states_[one.name];
    // What was changed is tried at once.
    if (state.instance.stamp != one.stamp) state.fetch_at = state.run_at = {};
    state.instance = one;
    state.is_wanted = true;
  }
  std::erase_if(states_, [](const auto& one) {
    return !one.second.is_wanted && !one.second.is_running && !one.second.is_fetching;
  });
}

InstancePlan::Steps InstancePlan::steps(Time now) {
  Steps steps;
  for (auto& [name, state] : states_) {
    const bool runs = state.is_wanted && state.instance.runs_for_long;
    if (state.is_running && (!runs || state.running_stamp != state.instance.stamp)) steps.stop.push_back(name);
    if (runs && !state.is_running && now >= state.run_at) {
      state.is_running = true;
      state.running_stamp = state.instance.stamp;
      state.run_begun = now;
      steps.run.push_back(name);
    }
    if (state.is_wanted && state.instance.fetches && !state.is_fetching && now >= state.fetch_at) {
      state.is_fetching = true;
      state.fetch_at = now + state.instance.every;
      steps.fetch.push_back(name);
    }
  }
  return steps;
}

void InstancePlan::fetch_ended(const std::string& name) {
  if (const auto found = states_.find(name); found != states_.end()) found->second.is_fetching = false;
}

void InstancePlan::run_ended(const std::string& name, Time now) {
  const auto found = states_.find(name);
  if (found == states_.end()) return;
  State& state = found->second;
  state.is_running = false;
  // One that was stopped because it was changed begins at once.
  if (state.running_stamp != state.instance.stamp) {
    state.failures = 0;
    state.run_at = now;
    return;
  }
  state.failures = now - state.run_begun >= kLongEnough ? 1 : state.failures + 1;
  state.run_at = now + app::pause_after(state.failures);
}

std::optional<InstancePlan::Time> InstancePlan::next() const {
  std::optional<Time> next;
  const auto take = [&](Time time) { next = next ? std::min(*next, time) : time; };
  for (const auto& [name, state] : states_) {
    if (!state.is_wanted) continue;
    if (state.instance.runs_for_long && !state.is_running) take(state.run_at);
    if (state.instance.fetches && !state.is_fetching) take(state.fetch_at);
  }
  return next;
}

}  // namespace berth::http
