#include "berth/http/instance_work.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/app/fetch_service.h"
#include "berth/app/integration_lookup.h"
#include "berth/app/long_running_service.h"
#include "berth/app/mask.h"
#include "berth/base/utf8.h"
#include "berth/http/instance_plan.h"
#include "berth/sys/file.h"

namespace berth::http {
namespace {

constexpr std::size_t kLongestText = 2000;

// A parameter that is there and off, as a check box that is not set.
bool is_off(const Json& parameters, std::string_view name) {
  const Json* value = parameters.find(name);
  if (value == nullptr) return false;
  if (const bool* truth = value->as_bool()) return !*truth;
  const std::string* text = value->as_string();
  return text != nullptr && (text->empty() || *text == "false");
}

Result<std::vector<DueInstance>> look_up(const app::Settings& settings) {
  app::Scene scene(settings);
  BERTH_TRY(app::InstanceService * instances, scene.instances());
  BERTH_TRY(auto stored, instances->list(""));
  std::erase_if(stored, [](const store::Instance& one) { return !one.enabled; });
  if (stored.empty()) return std::vector<DueInstance>();
  BERTH_TRY(app::ContentService * content, scene.content());
  const auto otherwise = std::chrono::ceil<std::chrono::seconds>(settings.serve.fetch_every);
  std::vector<DueInstance> due;
  for (const store::Instance& one : stored) {
    const auto integration = app::integration_of(*content, one);
    if (!integration) continue;
    DueInstance instance;
    instance.name = one.name;
    instance.runs_for_long = integration->flags.long_running && !is_off(one.parameters, "longRunning");
    instance.fetches = !app::fetch_commands(*integration, one.parameters).empty();
    instance.every = std::max(fetch_pause(one.parameters, otherwise), std::chrono::seconds(1));
    instance.stamp = std::to_string(one.modified.time_since_epoch().count());
    if (instance.runs_for_long || instance.fetches) due.push_back(std::move(instance));
  }
  return due;
}

Result<void> try_fetch(const std::string& instance, const WorkerEnds& ends, const app::Settings& settings,
                       const container::Guards& guards) {
  BERTH_TRY(app::CallService service, app::CallService::open(settings, guards));
  app::CallRequest call;
  call.limits = settings.limits;
  call.interrupt = ends.interrupt;
  BERTH_TRY(const auto fetched, app::FetchService(service).fetch(instance, "", call));
  for (const app::Fetched& one : fetched) {
    const auto secrets = one.call ? one.call->secrets : std::vector<std::string>();
    if (!one.went_well()) {
      say(app::mask(fmt::format("instance '{}': {}: nothing was kept: {}", instance, one.command, one.problem),
                    secrets));
    } else if (!one.incidents.empty()) {
      say(fmt::format("instance '{}': {}: {} incidents", instance, one.command, one.incidents.size()));
    }
  }
  return {};
}

Result<void> try_run(const std::string& instance, const WorkerEnds& ends, const app::Settings& settings,
                     const container::Guards& guards) {
  BERTH_TRY(app::CallService service, app::CallService::open(settings, guards));
  const auto about = [&](std::string_view text) {
    say(fmt::format("instance '{}': {}", instance, text.substr(0, kLongestText)));
  };
  app::CallRequest call;
  call.limits = settings.limits;
  call.interrupt = ends.interrupt;
  call.on_entry = [&](const Json& entry) { about("an entry: " + print_json(entry)); };
  call.on_log = [&](const engine::LogLine& line) {
    if (line.source != engine::LogSource::Server || line.level == "error") about(line.text);
  };
  call.on_health = [&](std::string_view text, bool is_error) {
    about(fmt::format("{}: {}", is_error ? "not well" : "health", text));
  };
  app::LongRunningEvents events;
  events.on_start = [&](int run, std::optional<std::uint16_t> port) {
    about(fmt::format("run {}{}", run, port ? fmt::format(", on 127.0.0.1, port {}", *port) : ""));
  };
  events.on_end = [&](const std::expected<app::CallAnswer, app::StartError>& answer, std::chrono::seconds pause) {
    const std::string& why = answer ? answer->outcome.explanation : answer.error().error.message();
    about(fmt::format("it ended: {}; it begins again in {} s", why, pause.count()));
  };
  return app::LongRunningService(service).run(instance, std::move(call), events);
}

}  // namespace

void say(const std::string& text) {
  // One write, so that lines of several processes do not mix.
  std::ignore = sys::write_all(STDERR_FILENO, "berth: " + to_visible(text, false) + "\n", "standard error");
}

void survey_instances(const WorkerEnds& ends, const app::Settings& settings) {
  const auto due = look_up(settings);
  if (!due) return say(fmt::format("look for instances: {}", due.error().message()));
  std::string lines;
  for (const DueInstance& one : *due) lines += "instance " + print_due(one) + "\n";
  std::ignore = sys::write_all(ends.report, lines + "surveyed\n", "the pipe to the daemon");
}

void fetch_once(const std::string& instance, const WorkerEnds& ends, const app::Settings& settings,
                const container::Guards& guards) {
  const auto done = try_fetch(instance, ends, settings, guards);
  if (!done) say(fmt::format("instance '{}': fetch: {}", instance, done.error().message()));
}

void run_instance(const std::string& instance, const WorkerEnds& ends, const app::Settings& settings,
                  const container::Guards& guards) {
  const auto done = try_run(instance, ends, settings, guards);
  say(fmt::format("instance '{}': {}", instance, done ? "stopped" : done.error().message()));
}

}  // namespace berth::http
