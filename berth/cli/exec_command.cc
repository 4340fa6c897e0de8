#include "berth/cli/exec_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>

#include "berth/app/line_service.h"
#include "berth/app/polling.h"
#include "berth/cli/answer_json.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/common_options.h"
#include "berth/cli/given_limits.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/progress.h"
#include "berth/cli/run_input.h"
#include "berth/cli/terminal.h"
#include "berth/content/command_line.h"

namespace berth::cli {
namespace {

struct ExecOptions {
  std::vector<std::string> words;
  SceneOptions scene;
  std::string image;
  std::string timeout;
  std::string memory;
  std::string cpus;
  std::string pids;
  std::string network;
  std::string save_files;
  bool allow_unlimited = false;
  bool json = false;
  bool raw = false;
  bool trace = false;
  bool poll = false;
  bool debug = false;
};

Result<app::CallRequest> read_call(const ExecOptions& options, const app::Settings& settings) {
  app::CallRequest call;
  BERTH_TRY(call.limits, limits_from(options, settings.limits));
  call.timeout_given = !options.timeout.empty();
  call.image = options.image;
  call.debug = options.debug;
  if (!options.network.empty()) {
    BERTH_TRY(call.network, net::parse_network_profile(options.network).context([] { return "--network"; }));
  }
  return call;
}

// The first status that is not 0, in the order of the answers.
int exit_code_of_all(const std::vector<app::CommandAnswer>& answers) {
  for (const app::CommandAnswer& answer : answers) {
    const int code = answer.call ? answer.call->exit_code()
                                 : (answer.call.error().is_start ? engine::exit_code_of(engine::Cause::FailedToStart)
                                                                 : input_exit_code(answer.call.error().error));
    if (code != 0) return code;
  }
  return 0;
}

void show_all(const std::vector<app::CommandAnswer>& answers, server::Investigation& investigation,
              const ExecOptions& options, std::int64_t begun_ns) {
  for (const app::CommandAnswer& answer : answers) {
    const std::string title = answers.size() > 1 ? fmt::format("{} ({})", answer.instance, answer.brand) : "";
    if (answer.call) {
      show_answer(*answer.call, investigation, {options.debug, options.trace, begun_ns, title});
    } else {
      const Error& error = answer.call.error().error;
      complain(title.empty() ? error : Error(error.code(), fmt::format("{}: {}", title, error.message())));
    }
  }
}

int exec_command(const ExecOptions& options, const Surroundings& surroundings) {
  const auto refuse_input = [&](const Error& error) { return refuse(error, input_exit_code(error), options.json); };
  const auto line = content::parse_command_line(fmt::format("{}", fmt::join(options.words, " ")));
  if (!line) return refuse_input(line.error());
  auto call = read_call(options, surroundings.settings);
  if (!call) return refuse_input(call.error());
  auto service = app::CallService::open(surroundings.settings, surroundings.guards);
  if (!service) return refuse(service.error(), exit_code_of(service.error()), options.json);
  if (auto filled = fill_scene(options.scene, service->scene()); !filled) return refuse_input(filled.error());
  const auto interrupts = watch_interrupts();
  if (!interrupts) return complain(interrupts.error());
  call->interrupt = interrupts->get();
  if (options.raw) call->on_frame = show_frame;

  Progress progress(detect_terminal(STDERR_FILENO, ColourChoice::Auto));
  if (!options.raw) progress.step(fmt::format("executing {}", line->name));
  auto answers = app::carry_out(*line, *call, *service);
  if (answers && options.poll) {
    answers = app::poll(*std::move(answers), *call, *service, [&](const app::ScheduledRun& next) {
      progress.step(fmt::format("{} has no result yet; again in {} s", next.command, next.pause.count()));
    });
  }
  progress.done();
  if (!answers) return refuse_input(answers.error());
  server::Investigation& investigation = service->scene().investigation();
  if (!options.save_files.empty()) {
    for (const app::CommandAnswer& answer : *answers) {
      if (!answer.call) continue;
      if (auto saved = save_files(*answer.call, investigation, options.save_files); !saved) complain(saved.error());
    }
  }
  if (options.json) {
    const auto context = investigation.context();
    if (!context) return refuse_input(context.error());
    const Json json = answers_json(*answers, investigation.id(), *context, surroundings.begun_ns, options.trace);
    std::fputs((print_json_pretty(json) + "\n").c_str(), stdout);
  } else {
    show_all(*answers, investigation, options, surroundings.begun_ns);
  }
  return exit_code_of_all(*answers);
}

}  // namespace

void add_exec(CLI::App& program, Choice& choice) {
  const auto options = std::make_shared<ExecOptions>();
  CLI::App& exec = *program.add_subcommand("exec", "carry out a war-room line: '!command name=value \"bare value\"'");
  exec.add_option("line", options->words, "the line, as one word of the shell, or several")->required();
  add_scene(exec, options->scene);
  add_limits(exec, *options);
  exec.add_option("--image", options->image, "image to use instead of the item's")->type_name("REF");
  exec.add_option("--network", options->network, "none, egress, proxy, or host:port,...: what calls may reach")
      ->type_name("NETWORK");
  exec.add_option("--save-files", options->save_files, "save files that the answer holds")->type_name("FOLDER");
  exec.add_flag("--poll", options->poll, "run a command that asks for it again, until it has its result");
  exec.add_flag("--json", options->json, "the whole answer as JSON");
  exec.add_flag("--raw", options->raw, "show the messages as they pass, > to the script, < from it");
  exec.add_flag("--trace", options->trace, "show the phases with their times");
  exec.add_flag("--debug", options->debug, "run in debug mode and show warnings and debug messages");
  exec.callback([&choice, options] {
    choice.makes_mounts = true;
    choice.run = [options](const Surroundings& surroundings) { return exec_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
