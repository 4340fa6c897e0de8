// `berth run`: the request, the call, and the answer on the terminal, in a pipe, or as JSON.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "berth/app/call_service.h"
#include "berth/cli/answer_json.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/commands.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/progress.h"
#include "berth/cli/run_input.h"
#include "berth/cli/terminal.h"

namespace berth::cli {

int run_command(const RunOptions& options, const Surroundings& surroundings) {
  auto request = read_request(options, surroundings.settings);
  if (!request) return refuse(request.error(), input_exit_code(request.error()), options.json);
  auto service = app::CallService::open(surroundings.settings, surroundings.guards);
  if (!service) return refuse(service.error(), exit_code_of(service.error()), options.json);
  if (auto filled = fill_scene(options.scene, service->scene()); !filled) {
    return refuse(filled.error(), input_exit_code(filled.error()), options.json);
  }
  const auto interrupts = watch_interrupts();
  if (!interrupts) return complain(interrupts.error());
  request->interrupt = interrupts->get();
  if (options.raw) request->on_frame = show_frame;

  Progress progress(detect_terminal(STDERR_FILENO, ColourChoice::Auto));
  if (request->debugger_port) {
    // Stays on the screen: nothing happens until the reader does something.
    std::fputs(
        fmt::format("berth: waiting for an editor to attach on 127.0.0.1, port {}\n", *request->debugger_port).c_str(),
        stderr);
  } else if (!options.raw) {
    progress.step(fmt::format("running {}", request->item.name));
  }
  const auto answer = service->run(*request);
  progress.done();
  if (!answer) return refuse_start(answer.error(), options.json);
  server::Investigation& investigation = service->scene().investigation();
  if (!options.save_files.empty()) {
    if (auto saved = save_files(*answer, investigation, options.save_files); !saved) complain(saved.error());
  }
  if (options.json) {
    const auto context = investigation.context();
    if (!context) return complain(context.error());
    const Json json = answer_json(*answer, *context, surroundings.begun_ns, options.trace);
    std::fputs((print_json_pretty(json) + "\n").c_str(), stdout);
  } else {
    show_answer(*answer, investigation, {options.debug, options.trace, surroundings.begun_ns, ""});
  }
  return answer->exit_code();
}

}  // namespace berth::cli
