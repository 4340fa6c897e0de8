// The events: `progress` and `step` (text), `frame` (to_script, line), `entry`, `log`, `file` (a piece of one, in
// base64), and last `answer` (exit_code, answer, view) or `error` (message, exit_code).

#include "berth/http/call_work.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "berth/app/answer_json.h"
#include "berth/app/call_service.h"
#include "berth/app/content_service.h"
#include "berth/app/exit_codes.h"
#include "berth/app/given_limits.h"
#include "berth/app/given_scene.h"
#include "berth/app/line_service.h"
#include "berth/app/mask.h"
#include "berth/app/polling.h"
#include "berth/base/base64.h"
#include "berth/base/utf8.h"
#include "berth/content/arguments.h"
#include "berth/content/command_line.h"
#include "berth/content/commands.h"
#include "berth/content/item_reader.h"
#include "berth/content/parameters.h"
#include "berth/sys/file.h"

namespace berth::http {
namespace {

constexpr std::size_t kPiece = 96 << 10;  // of a file, in an event

// What lies at `path` here must be what the client has opened there: it may see another file system.
Result<void> check_same(int descriptor, const std::string& path) {
  struct stat theirs = {};
  struct stat ours = {};
  if (::fstat(descriptor, &theirs) == 0 && ::stat(path.c_str(), &ours) == 0 && theirs.st_dev == ours.st_dev &&
      theirs.st_ino == ours.st_ino) {
    return {};
  }
  return fail(Errc::Conflict, fmt::format("the daemon does not see at '{}' what its client sees there", path));
}

Result<content::Item> find_item(const CallWork& work, const app::Settings& settings) {
  const AskedItem& asked = work.body.item;
  if (asked.code) {
    return content::script_from_text(*asked.code, asked.label.empty() ? "the code of the request" : asked.label);
  }
  if (!asked.path.empty()) {
    if (work.user != ::geteuid()) {
      return fail(Errc::Denied,
                  "the daemon reads paths for the user that it runs as alone; send the code, or register the content");
    }
    BERTH_CHECK_OK(check_same(work.descriptors[*asked.descriptor].get(), asked.path));
    return content::read_item(asked.path);
  }
  BERTH_TRY(const app::ContentService content, app::ContentService::open(settings));
  return content.find_item(asked.name);
}

Result<app::CallRequest> common_request(const CallWork& work, const app::Settings& settings, AnswerStream& answer) {
  const CallBody& body = work.body;
  app::CallRequest request;
  BERTH_TRY(request.limits, app::limits_from(body, settings.limits));
  request.timeout_given = !body.timeout.empty();
  request.image = body.image;
  request.debug = body.debug;
  request.interrupt = work.interrupt;
  request.on_step = [&answer](std::string_view step) {
    answer.event("step", Json::object().set("text", to_valid_utf8(step)));
  };
  if (!body.network.empty()) {
    BERTH_TRY(request.network, net::parse_network_profile(body.network).context([] { return "--network"; }));
  }
  if (body.wants("frame")) {
    request.on_frame = [&answer](engine::Direction direction, std::string_view line) {
      answer.event("frame",
                   Json::object().set("to_script", direction == engine::Direction::ToScript).set("line", line));
    };
  }
  return request;
}

Result<app::CallRequest> run_request(const CallWork& work, const app::Settings& settings, AnswerStream& answer) {
  const CallBody& body = work.body;
  BERTH_TRY(content::Item item, find_item(work, settings));
  BERTH_TRY(app::CallRequest request, common_request(work, settings, answer));
  request.item = std::move(item);
  request.command = body.command;
  const auto names = content::argument_names(content::arguments_of(request.item, body.command));
  for (const std::string& text : body.arguments) request.arguments.push_back(content::parse_assignment(text, names));
  request.parameters = body.parameters;
  request.parameters_file = body.parameters_file;
  return request;
}

Result<void> fill_scene(const CallWork& work, app::Scene& scene) {
  const CallBody& body = work.body;
  BERTH_CHECK_OK(app::enter_given(scene, body.investigation, !body.incident.is_null(), !body.context.is_null()));
  if (!body.incident.is_null()) scene.playground()->set_incident(body.incident);
  if (!body.context.is_null()) scene.playground()->set_context(body.context);
  std::vector<server::NewFile> files;
  for (const AskedFile& file : body.files) {
    BERTH_TRY(std::string bytes, sys::read_to_end(work.descriptors[file.descriptor].get(), app::kLargestHandedIn,
                                                  fmt::format("'{}'", file.name))
                                     .context([] { return "--file"; }));
    files.push_back({file.name, std::move(bytes)});
  }
  return app::hand_in(scene, std::move(files));
}

// The files that entries of the answer stand for, piece by piece.
void send_files(const app::CallAnswer& call, server::Investigation& investigation, AnswerStream& answer) {
  for (const Json& entry : call.record.entries) {
    const auto file = investigation.file(entry.text_or("ID", ""));
    if (!file) continue;
    const auto bytes = investigation.bytes_of(*file);
    if (!bytes) continue;
    for (std::size_t at = 0; at == 0 || at < bytes->size(); at += kPiece) {
      Json piece = Json::object();
      piece.set("id", file->file_id).set("name", app::mask(file->name, call.secrets));
      answer.event("file", std::move(piece.set("bytes", to_base64(std::string_view(*bytes).substr(at, kPiece)))));
    }
  }
}

// Entries and lines of the log as they come, and in the answer all the same.
struct Watched {
  std::vector<Json> entries;
  std::vector<engine::LogLine> log;

  void watch(app::CallRequest& request, const CallBody& body, AnswerStream& answer) {
    if (!body.wants("entry") && !body.wants("log")) return;
    request.on_entry = [this, &body, &answer](const Json& entry) {
      entries.push_back(entry);
      if (body.wants("entry")) answer.event("entry", Json::object().set("entry", entry));
    };
    request.on_log = [this, &body, &answer](const engine::LogLine& line) {
      log.push_back(line);
      if (body.wants("log")) answer.event("log", app::log_line_json(line));
    };
  }
  void give_back(app::CallAnswer& call) {
    std::ranges::move(call.record.entries, std::back_inserter(entries));
    std::ranges::move(call.record.log, std::back_inserter(log));
    call.record.entries = std::move(entries);
    call.record.log = std::move(log);
  }
};

void carry_out_run(const CallWork& work, const CallTools& tools, AnswerStream& answer) {
  const auto refuse_input = [&](const Error& error) { answer.refuse(error, app::input_exit_code(error)); };
  auto request = run_request(work, tools.settings, answer);
  if (!request) return refuse_input(request.error());
  answer.tell(request->item.name);
  if (!tools.means) return answer.refuse(tools.means.error(), app::exit_code_of(tools.means.error()));
  app::CallService service(tools.settings, tools.guards, **tools.means, work.user);
  if (auto filled = fill_scene(work, service.scene()); !filled) return refuse_input(filled.error());
  Watched watched;
  watched.watch(*request, work.body, answer);
  answer.event("progress", Json::object().set("text", fmt::format("running {}", request->item.name)));
  auto call = service.run(*request);
  if (!call) {
    const app::StartError& error = call.error();
    const int code =
        error.is_start ? engine::exit_code_of(engine::Cause::FailedToStart) : app::input_exit_code(error.error);
    return answer.refuse(error.error, code);
  }
  watched.give_back(*call);
  server::Investigation& investigation = service.scene().investigation();
  if (work.body.files_wanted) send_files(*call, investigation, answer);
  const auto context = investigation.context();
  if (!context) return answer.refuse(context.error(), app::exit_code_of(context.error()));
  const Json whole = app::answer_json(*call, *context, work.body.begun_ns, work.body.trace);
  if (!answer.in_lines()) return answer.finish(200, "answer", {}, whole);
  Json last = Json::object();
  last.set("exit_code", call->exit_code()).set("answer", whole).set("view", app::view_json(*call));
  answer.finish(200, "answer", std::move(last), whole);
}

Result<std::vector<app::CommandAnswer>> execute(const CallWork& work, const app::CallRequest& call,
                                                app::CallService& service, AnswerStream& answer) {
  BERTH_TRY(const auto line, content::parse_command_line(work.body.line));
  answer.tell(line.name);
  BERTH_CHECK_OK(fill_scene(work, service.scene()));
  answer.event("progress", Json::object().set("text", fmt::format("executing {}", line.name)));
  BERTH_TRY(auto answers, app::carry_out(line, call, service));
  if (!work.body.poll) return answers;
  return app::poll(std::move(answers), call, service, [&](const app::ScheduledRun& next) {
    const std::string text = fmt::format("{} has no result yet; again in {} s", next.command, next.pause.count());
    answer.event("progress", Json::object().set("text", text));
  });
}

void carry_out_exec(const CallWork& work, const CallTools& tools, AnswerStream& answer) {
  const auto refuse_input = [&](const Error& error) { answer.refuse(error, app::input_exit_code(error)); };
  const auto call = common_request(work, tools.settings, answer);
  if (!call) return refuse_input(call.error());
  if (!tools.means) return answer.refuse(tools.means.error(), app::exit_code_of(tools.means.error()));
  app::CallService service(tools.settings, tools.guards, **tools.means, work.user);
  const auto answers = execute(work, *call, service, answer);
  if (!answers) return refuse_input(answers.error());
  server::Investigation& investigation = service.scene().investigation();
  Json views = Json::array();
  for (const app::CommandAnswer& one : *answers) {
    if (one.call && work.body.files_wanted) send_files(*one.call, investigation, answer);
    views.push_back(one.call ? app::view_json(*one.call) : Json::object());
  }
  const auto context = investigation.context();
  if (!context) return refuse_input(context.error());
  const Json whole = app::answers_json(*answers, investigation.id(), *context, work.body.begun_ns, work.body.trace);
  Json last = Json::object();
  last.set("exit_code", app::exit_code_of_all(*answers)).set("answer", whole).set("view", std::move(views));
  answer.finish(200, "answer", std::move(last), whole);
}

}  // namespace

void carry_out(const CallWork& work, const CallTools& tools, AnswerStream& answer) {
  if (!work.body.settings.empty() && work.body.settings != tools.settings.fingerprint) {
    const Error error(Errc::Conflict, "the daemon has other settings than its client; restart it after a change");
    return answer.refuse(error, app::exit_code_of(error));
  }
  if (work.verb == Verb::Run) {
    carry_out_run(work, tools, answer);
  } else {
    carry_out_exec(work, tools, answer);
  }
}

}  // namespace berth::http
