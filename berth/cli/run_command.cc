// `berth run`: the request, the call, and the answer on the terminal, in a pipe, or as JSON.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include "berth/app/answer_json.h"
#include "berth/app/answer_reading.h"
#include "berth/app/call_service.h"
#include "berth/app/content_service.h"
#include "berth/base/utf8.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/commands.h"
#include "berth/cli/common_options.h"
#include "berth/cli/daemon_call.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/progress.h"
#include "berth/cli/run_input.h"
#include "berth/cli/terminal.h"
#include "berth/cli/value_source.h"
#include "berth/content/assignment.h"
#include "berth/sys/whole_path.h"

namespace berth::cli {

namespace {

// The daemon reads the item, and so knows alone which of its arguments are secret and may name a file.
bool may_name_a_source(const std::string& text) {
  const std::string value = text.substr(std::min(text.find('='), text.size() - 1) + 1);
  return value == "-" || value.starts_with('@');
}

Result<void> add_parameters(const RunOptions& options, DaemonCall& call) {
  StandardInput input;
  Json parameters = Json::array();
  for (const std::string& text : options.parameters) {
    content::Assignment one = content::parse_assignment(text, {});
    if (!one.name || one.value == "-") return fail(Errc::Unavailable, "--param");
    BERTH_CHECK_OK(read_source(one, "--param", input));
    if (to_valid_utf8(one.value) != one.value) return fail(Errc::Unavailable, "a text that is no UTF-8 cannot travel");
    Json parameter = Json::object();
    parameter.set("name", *one.name).set("value", one.value);
    if (one.source == content::ValueSource::File) parameter.set("source", "file");
    parameters.push_back(std::move(parameter));
  }
  if (!options.parameters.empty()) call.set("parameters", std::move(parameters));
  if (options.parameters_file.empty()) return {};
  BERTH_TRY(Json file, read_json_file("--params-file", options.parameters_file));
  if (!file.is_object()) return fail(Errc::Unavailable, "--params-file holds no JSON object");
  call.set("parameters_file", std::move(file));
  return {};
}

Result<DaemonCall> asked_of_daemon(const RunOptions& options) {
  if (!options.debugpy.empty() || options.keep) return fail(Errc::Unavailable, "--debugpy and --keep");
  if (options.path == "-") return fail(Errc::Unavailable, "the script stands on standard input");
  DaemonCall call("/v1/run");
  Json item = Json::object();
  if (app::is_item_path(options.path)) {
    BERTH_TRY(const std::filesystem::path path, sys::whole_path(options.path));
    if (to_valid_utf8(path.native()) != path.native()) return fail(Errc::Unavailable, "a path that is no UTF-8");
    std::error_code ignored;
    const bool is_folder = std::filesystem::is_directory(path, ignored);
    BERTH_TRY(const std::size_t descriptor, call.open(path, is_folder ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK));
    item.set("path", path.native()).set("descriptor", std::uint64_t{descriptor});
    call.set_affinity({.name = path.native(), .command = options.command, .image = options.image});
  } else {
    if (to_valid_utf8(options.path) != options.path) return fail(Errc::Unavailable, "a name that is no UTF-8");
    item.set("name", options.path);
    call.set_affinity({.name = options.path, .command = options.command, .image = options.image});
  }
  call.set("item", std::move(item));
  BERTH_CHECK_OK(call.add("command", options.command));
  Json arguments = Json::array();
  for (const std::string& text : options.arguments) {
    if (text.empty() || may_name_a_source(text)) return fail(Errc::Unavailable, "an argument may name its source");
    if (to_valid_utf8(text) != text) return fail(Errc::Unavailable, "a text that is no UTF-8 cannot travel");
    arguments.push_back(text);
  }
  if (!options.arguments.empty()) call.set("arguments", std::move(arguments));
  BERTH_CHECK_OK(call.add_shared(options));
  BERTH_CHECK_OK(add_parameters(options, call));
  return call;
}

}  // namespace

std::optional<int> run_by_daemon(const RunOptions& options, const Surroundings& surroundings) {
  const auto show = [&](const DaemonAnswer& told) -> Result<void> {
    BERTH_TRY(const app::CallAnswer answer, app::read_answer(told.answer, told.view));
    show_answer(answer, nullptr, {options.debug, options.trace, surroundings.begun_ns, ""});
    return {};
  };
  return answer_by_daemon([&] { return asked_of_daemon(options); }, surroundings,
                          {options.json, options.raw, options.debug, options.save_files}, show);
}

int run_command(const RunOptions& options, const Surroundings& surroundings) {
  auto request = read_request(options, surroundings.settings);
  if (!request) return refuse(request.error(), input_exit_code(request.error()), options.json);
  const auto settings = settings_with_engine(surroundings.settings, options);
  if (!settings) return refuse(settings.error(), input_exit_code(settings.error()), options.json);
  auto service = app::CallService::open(*settings, surroundings.guards);
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
    const Json json = app::answer_json(*answer, *context, surroundings.begun_ns, options.trace);
    std::fputs((print_json_pretty(json) + "\n").c_str(), stdout);
  } else {
    show_answer(*answer, investigation, {options.debug, options.trace, surroundings.begun_ns, ""});
  }
  return answer->exit_code();
}

}  // namespace berth::cli
