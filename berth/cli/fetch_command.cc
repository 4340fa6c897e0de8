#include "berth/cli/fetch_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "berth/app/answer_json.h"
#include "berth/app/fetch_service.h"
#include "berth/app/given_limits.h"
#include "berth/app/mask.h"
#include "berth/base/utf8.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/common_options.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/progress.h"
#include "berth/cli/terminal.h"

namespace berth::cli {
namespace {

struct FetchOptions {
  std::string instance;
  std::string only;
  bool once = false;
  std::string every;
  std::string timeout;
  std::string memory;
  std::string cpus;
  std::string pids;
  bool allow_unlimited = false;
  bool json = false;
  bool debug = false;
};

void put(std::FILE* to, const std::string& text) { std::fwrite(text.data(), 1, text.size(), to); }

std::string indicators_of(const server::HandedOver& made) {
  return fmt::format("{} indicators, {} of them new", made.indicators_created + made.indicators_updated,
                     made.indicators_created);
}

std::string came_of(const app::Fetched& fetched) {
  if (fetched.command == "fetch-incidents") return fmt::format("{} incidents", fetched.incidents.size());
  if (fetched.command == "fetch-indicators") return indicators_of(fetched.call->handed_over);
  if (fetched.command == "fetch-credentials") return fmt::format("{} sets of credentials", fetched.credentials);
  if (fetched.command == "fetch-events") return fmt::format("{} events", fetched.events);
  if (fetched.command == "fetch-assets") return fmt::format("{} assets", fetched.assets);
  if (!fetched.incidents.empty()) return fmt::format("incident {}", fmt::join(fetched.incidents, ", "));
  return "done";
}

// One line about what came.
std::string summary_of(const app::Fetched& fetched) {
  if (fetched.went_well()) return fmt::format("{}: {}", fetched.command, came_of(fetched));
  // A feed hands over batch by batch, and each that was taken stays.
  if (fetched.command == "fetch-indicators" && fetched.call) {
    return fmt::format("{}: nothing was kept but for {}: {}", fetched.command, indicators_of(fetched.call->handed_over),
                       fetched.problem);
  }
  // What was mirrored of each incident is told by itself.
  if (fetched.command == "get-modified-remote-data") return fmt::format("{}: {}", fetched.command, fetched.problem);
  return fmt::format("{}: nothing was kept: {}", fetched.command, fetched.problem);
}

Json fetched_json(const app::Fetched& fetched, std::int64_t begun_ns) {
  Json json = Json::object();
  json.set("command", fetched.command).set("kept", fetched.went_well());
  if (!fetched.went_well()) json.set("problem", fetched.problem);
  Json ids = Json::array();
  for (const std::string& id : fetched.incidents) ids.push_back(id);
  json.set("incidents", std::move(ids));
  if (fetched.command == "fetch-credentials") json.set("credentials", std::uint64_t{fetched.credentials});
  if (fetched.command == "fetch-events") json.set("events", fetched.events);
  if (fetched.command == "fetch-assets") json.set("assets", fetched.assets);
  if (fetched.command == "fetch-indicators" && fetched.call) {
    const server::HandedOver& made = fetched.call->handed_over;
    json.set("indicators",
             Json::object().set("created", made.indicators_created).set("updated", made.indicators_updated));
  }
  if (fetched.call) json.set("answer", app::answer_json(*fetched.call, Json::object(), begun_ns, false));
  return json;
}

// Whether all of it went well.
Result<bool> fetch_once(app::CallService& calls, const app::CallRequest& call, const FetchOptions& options,
                        std::int64_t begun_ns) {
  BERTH_TRY(const auto fetched, app::FetchService(calls).fetch(options.instance, options.only, call));
  bool went_well = true;
  Json list = Json::array();
  for (const app::Fetched& one : fetched) {
    went_well = went_well && one.went_well();
    if (options.json) {
      list.push_back(fetched_json(one, begun_ns));
      continue;
    }
    if (one.call) show_answer(*one.call, calls.scene().investigation(), {options.debug, false, begun_ns, ""});
    const std::vector<std::string> secrets = one.call ? one.call->secrets : std::vector<std::string>();
    put(stderr, fmt::format("berth: {}\n", to_visible(app::mask(summary_of(one), secrets), false)));
  }
  if (options.json) {
    Json json = Json::object();
    json.set("schema", app::kAnswerSchema).set("instance", options.instance);
    put(stdout, print_json_pretty(json.set("fetched", std::move(list))) + "\n");
    std::fflush(stdout);
  }
  return went_well;
}

Result<app::CallRequest> read_call(const FetchOptions& options, const app::Settings& settings) {
  app::CallRequest call;
  BERTH_TRY(call.limits, app::limits_from(options, settings.limits));
  call.timeout_given = !options.timeout.empty();
  call.debug = options.debug;
  return call;
}

int fetch_command(const FetchOptions& options, const Surroundings& surroundings) {
  const auto fails = [&](const Error& error) { return refuse(error, input_exit_code(error), options.json); };
  std::chrono::milliseconds pause{0};
  if (!options.every.empty()) {
    const auto given = app::parse_duration(options.every);
    if (!given) return fails(Error(given.error()).in("--every"));
    pause = *given;
  }
  auto call = read_call(options, surroundings.settings);
  if (!call) return fails(call.error());
  auto service = app::CallService::open(surroundings.settings, surroundings.guards);
  if (!service) return fails(service.error());
  const auto interrupts = watch_interrupts();
  if (!interrupts) return complain(interrupts.error());
  call->interrupt = interrupts->get();
  for (;;) {
    const auto went_well = fetch_once(*service, *call, options, surroundings.begun_ns);
    // What is wrong with the instance itself will not mend; a fetch that failed may go well the next time.
    if (!went_well) return fails(went_well.error());
    if (pause.count() == 0) return *went_well ? 0 : 1;
    pollfd polled = {interrupts->get(), POLLIN, 0};
    if (::poll(&polled, 1, static_cast<int>(pause.count())) != 0) return 0;
  }
}

}  // namespace

void add_fetch(CLI::App& program, Choice& choice) {
  const auto options = std::make_shared<FetchOptions>();
  CLI::App& fetch =
      *program.add_subcommand("fetch", "fetch incidents, indicators, events or credentials of an instance");
  fetch.add_option("instance", options->instance, "the instance")->required();
  fetch.add_option("--only", options->only, "only by this command, such as fetch-incidents")->type_name("COMMAND");
  CLI::Option* once = fetch.add_flag("--once", options->once, "one fetch, which is the default");
  fetch.add_option("--every", options->every, "again and again, with this pause between")
      ->type_name("TIME")
      ->excludes(once);
  add_limits(fetch, *options);
  fetch.add_flag("--json", options->json, "the answer as JSON, an object for each fetch");
  fetch.add_flag("--debug", options->debug, "run in debug mode and show warnings and debug messages");
  fetch.callback([&choice, options] {
    choice.makes_mounts = true;
    choice.run = [options](const Surroundings& surroundings) { return fetch_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
