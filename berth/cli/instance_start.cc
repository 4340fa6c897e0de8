// `berth instance start`: a long-running instance, in the foreground.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "berth/app/given_limits.h"
#include "berth/app/long_running_service.h"
#include "berth/base/utf8.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/common_options.h"
#include "berth/cli/entry_view.h"
#include "berth/cli/fetch_command.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/terminal.h"
#include "berth/engine/outcome.h"

namespace berth::cli {
namespace {

struct StartOptions {
  std::string instance;
  std::string timeout;  // not offered: such a call has no end
  std::string memory;
  std::string cpus;
  std::string pids;
  bool allow_unlimited = false;
  bool debug = false;
};

void say(const std::string& text) {
  const std::string line = "berth: " + to_visible(text, false) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

void say_end(const std::expected<app::CallAnswer, app::StartError>& answer, std::chrono::seconds pause) {
  std::string why = answer ? answer->outcome.explanation : answer.error().error.message();
  if (answer) {
    for (const std::string& line : answer->record.exception) {
      const std::string text = to_visible(line, true);
      std::fwrite(text.data(), 1, text.size(), stderr);
    }
  }
  say(fmt::format("it ended: {}; it begins again in {} s", why, pause.count()));
}

int start_command(const StartOptions& options, const Surroundings& surroundings) {
  auto service = app::CallService::open(surroundings.settings, surroundings.guards);
  if (!service) return complain(service.error());
  app::CallRequest call;
  const auto limits = app::limits_from(options, surroundings.settings.limits);
  if (!limits) return complain(limits.error());
  call.limits = *limits;
  call.debug = options.debug;
  const auto interrupts = watch_interrupts();
  if (!interrupts) return complain(interrupts.error());
  call.interrupt = interrupts->get();
  const Page page = detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page();
  call.on_entry = [&](const Json& entry) {
    const std::string text = render_entry(entry, page);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  };
  call.on_log = [&](const engine::LogLine& line) {
    const bool is_server = line.source == engine::LogSource::Server;
    if (is_server && !options.debug && line.level != "error") return;
    const std::string text = (is_server ? fmt::format("[{}] ", line.level) : "") + to_visible(line.text, true) + "\n";
    std::fwrite(text.data(), 1, text.size(), stderr);
  };
  call.on_health = [&](std::string_view text, bool is_error) {
    say(fmt::format("{}: {}", is_error ? "not well" : "health", text));
  };
  app::LongRunningEvents events;
  events.on_start = [&](int run, std::optional<std::uint16_t> port) {
    say(fmt::format("run {} of instance '{}'{}", run, options.instance,
                    port ? fmt::format(", on 127.0.0.1, port {}", *port) : ""));
  };
  events.on_end = say_end;
  const auto ended = app::LongRunningService(*service).run(options.instance, std::move(call), events);
  if (!ended) return refuse(ended.error(), input_exit_code(ended.error()), false);
  say("stopped");
  return 0;
}

}  // namespace

void add_instance_start(CLI::App& instance, Choice& choice) {
  const auto options = std::make_shared<StartOptions>();
  CLI::App& start = *instance.add_subcommand("start", "run a long-running instance, until it is interrupted");
  start.add_option("name", options->instance, "the instance")->required();
  start.add_option("--memory", options->memory, "memory, swap included, for example 512m")->type_name("BYTES");
  start.add_option("--cpus", options->cpus, "processors, for example 0.5")->type_name("N");
  start.add_option("--pids", options->pids, "processes and threads")->type_name("N");
  start.add_flag("--allow-unlimited", options->allow_unlimited,
                 "go on where this machine cannot enforce the limits of memory or processors for you");
  start.add_flag("--debug", options->debug, "run in debug mode and show debug messages");
  start.callback([&choice, options] {
    choice.makes_mounts = true;
    choice.run = [options](const Surroundings& surroundings) { return start_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
