#include "berth/cli/exec_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>

#include "berth/app/answer_json.h"
#include "berth/app/answer_reading.h"
#include "berth/app/given_limits.h"
#include "berth/app/line_service.h"
#include "berth/app/polling.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/common_options.h"
#include "berth/cli/daemon_call.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/progress.h"
#include "berth/cli/run_input.h"
#include "berth/cli/terminal.h"
#include "berth/content/command_line.h"

namespace berth::cli {
namespace {

Result<app::CallRequest> read_call(const ExecOptions& options, const app::Settings& settings) {
  app::CallRequest call;
  BERTH_TRY(call.limits, app::limits_from(options, settings.limits));
  call.timeout_given = !options.timeout.empty();
  call.image = options.image;
  call.debug = options.debug;
  if (!options.network.empty()) {
    BERTH_TRY(call.network, net::parse_network_profile(options.network).context([] { return "--network"; }));
  }
  return call;
}

void show_all(const std::vector<app::CommandAnswer>& answers, server::Investigation* investigation,
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

Result<DaemonCall> asked_of_daemon(const ExecOptions& options) {
  DaemonCall call("/v1/exec");
  const std::string line = fmt::format("{}", fmt::join(options.words, " "));
  BERTH_CHECK_OK(call.add("line", line));
  // By its name alone: arguments may be secret.
  if (const auto parsed = content::parse_command_line(line)) {
    call.set_affinity({.name = parsed->name, .image = options.image});
  }
  call.add("poll", options.poll);
  BERTH_CHECK_OK(call.add_shared(options));
  return call;
}

// The answers as they were before they were told as JSON.
Result<std::vector<app::CommandAnswer>> read_answers(const DaemonAnswer& told) {
  std::vector<app::CommandAnswer> answers;
  const Json* list = told.answer.find("answers");
  const Json::Array* views = told.view.as_array();
  if (list == nullptr || !list->is_array()) return answers;
  for (const Json& one : *list->as_array()) {
    const Json none = Json::object();
    const Json& view = views != nullptr && views->size() > answers.size() ? (*views)[answers.size()] : none;
    app::CommandAnswer answer{one.text_or("brand", ""), one.text_or("instance", ""), {}};
    if (const Json* error = one.find("error")) {
      answer.call = std::unexpected(app::StartError{Error(Errc::Unavailable, error->text_or("message", "")), false});
    } else {
      BERTH_TRY(answer.call, app::read_answer(one, view));
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::optional<int> exec_by_daemon(const ExecOptions& options, const Surroundings& surroundings) {
  const auto show = [&](const DaemonAnswer& told) -> Result<void> {
    BERTH_TRY(const std::vector<app::CommandAnswer> answers, read_answers(told));
    show_all(answers, nullptr, options, surroundings.begun_ns);
    return {};
  };
  return answer_by_daemon([&] { return asked_of_daemon(options); }, surroundings,
                          {options.json, options.raw, options.debug, options.save_files}, show);
}

int exec_command(const ExecOptions& options, const Surroundings& surroundings) {
  const auto refuse_input = [&](const Error& error) { return refuse(error, input_exit_code(error), options.json); };
  const auto line = content::parse_command_line(fmt::format("{}", fmt::join(options.words, " ")));
  if (!line) return refuse_input(line.error());
  auto call = read_call(options, surroundings.settings);
  if (!call) return refuse_input(call.error());
  const auto settings = settings_with_engine(surroundings.settings, options);
  if (!settings) return refuse_input(settings.error());
  auto service = app::CallService::open(*settings, surroundings.guards);
  if (!service) return refuse(service.error(), exit_code_of(service.error()), options.json);
  if (auto filled = fill_scene(options.scene, service->scene()); !filled) return refuse_input(filled.error());
  const auto interrupts = watch_interrupts();
  if (!interrupts) return complain(interrupts.error());
  call->interrupt = interrupts->get();
  if (options.raw) call->on_frame = show_frame;

  const Terminal terminal = detect_terminal(STDERR_FILENO, ColourChoice::Auto);
  Progress progress(terminal);
  if (!options.raw) progress.step(fmt::format("executing {}", line->name));
  call->on_step = [&](std::string_view step) {
    // In a pipe the steps are lines: a log should say what it waits for.
    if (terminal.can_redraw) {
      progress.step(step);
    } else {
      std::fputs(fmt::format("{}\n", step).c_str(), stderr);
    }
  };
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
    const Json json = app::answers_json(*answers, investigation.id(), *context, surroundings.begun_ns, options.trace);
    std::fputs((print_json_pretty(json) + "\n").c_str(), stdout);
  } else {
    show_all(*answers, &investigation, options, surroundings.begun_ns);
  }
  return app::exit_code_of_all(*answers);
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
  add_engine(exec, *options);
  exec.add_option("--save-files", options->save_files, "save files that the answer holds")->type_name("FOLDER");
  exec.add_flag("--poll", options->poll, "run a command that asks for it again, until it has its result");
  exec.add_flag("--json", options->json, "the whole answer as JSON");
  exec.add_flag("--raw", options->raw, "show the messages as they pass, > to the script, < from it");
  exec.add_flag("--trace", options->trace, "show the phases with their times");
  exec.add_flag("--no-daemon", options->no_daemon, "in this process, also where 'berth serve' runs");
  exec.add_flag("--debug", options->debug, "run in debug mode and show warnings and debug messages");
  exec.callback([&choice, options] {
    choice.makes_mounts = true;
    choice.by_daemon = [options](const Surroundings& surroundings) { return exec_by_daemon(*options, surroundings); };
    choice.run = [options](const Surroundings& surroundings) { return exec_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
