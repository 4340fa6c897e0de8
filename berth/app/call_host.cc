#include "berth/app/call_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "berth/app/command_service.h"
#include "berth/app/mask.h"
#include "berth/content/commands.h"
#include "berth/dt/evaluate.h"
#include "berth/server/built_in.h"
#include "berth/server/json_member.h"
#include "berth/server/requests.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

constexpr std::uint64_t kMostSetBytes = 64 << 20;  // paths and values that one call may set in the context

using server::member;

// What an integration has kept for others to see. What it remembers for itself stays as it is.
constexpr std::string_view kKeptForOthers[] = {"createIncidents",          "createAlerts",
                                               "createIndicators",         "addEntry",
                                               "handleEntitlementForUser", "updateModuleHealth"};

Json urls() {
  Json answer = Json::object();
  for (const char* key : {"evidenceBoard", "investigation", "relatedIncidents", "server", "warRoom", "workPlan"}) {
    answer.set(key, "");
  }
  return answer;
}

}  // namespace

Result<Json> CallHost::answer(const wire::Message& request, Deadline deadline) {
  const Json& args = member(request.body, "args");
  if (request.name == "getFileByEntryID") return file_path(args);
  if (request.name == "demistoUrls") return urls();
  if (request.name == "demistoVersion") {
    const Settings& settings = calls_.settings();
    Json version = Json::object();
    version.set("version", settings.server_version).set("buildNumber", settings.server_build);
    return version.set("platform", settings.server_platform);
  }
  if (request.name == "dt") return dt(request);
  if (request.name == "setContext") return set_context(request);
  if (request.name == "getAllModules") return modules();
  if (request.name == "getAllModulesSupportedCmds") return module_commands();
  if (request.name == "execute") {
    return run_command(request.body.text_or("command", ""), request.body.text_or("module", ""), args, deadline);
  }
  if (request.name == "executeCommand") return execute_command(request, deadline);
  return fail(Errc::InvalidInput, fmt::format("requests of type '{}' are not known", request.name.substr(0, 200)));
}

Result<void> CallHost::for_scripts(std::string_view call) const {
  if (caller_.kind == content::ItemKind::Script) return {};
  return fail(Errc::Denied, fmt::format("'{}' is a call of scripts, and '{}' is an integration", call, caller_.item));
}

// What is kept for others: without the secrets that this call and those that it asked for were given.
Json CallHost::masked(const Json& value) const {
  return call_.secrets.empty() ? value : mask_json(value, call_.secrets);
}

// Puts the file of an entry into the work folder, where the script can read it and not write to it.
Result<Json> CallHost::file_path(const Json& args) {
  const std::string id = args.text_or("id", "");
  server::Investigation& investigation = calls_.scene().investigation();
  const auto file = investigation.file(id);
  if (!file && file.error().code() == Errc::NotFound) {
    return fail(Errc::NotFound, fmt::format("{}; hand one in with --file", file.error().message()));
  }
  if (!file) return std::unexpected(file.error());
  BERTH_TRY(const std::string bytes, investigation.bytes_of(*file));
  const std::string stored = server::stored_name(investigation, file->file_id);
  BERTH_TRY(UniqueFd work,
            sys::open_without_links_or_mounts(call_.work_folder, "work", O_PATH | O_DIRECTORY, "the work folder"));
  // The folder is the script's: what it put in the file's place is taken away, never followed or written to.
  ::unlinkat(work.get(), stored.c_str(), 0);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  BERTH_TRY(int fd, sys::call([&] { return ::openat(work.get(), stored.c_str(), kFlags, 0444); },
                              "hand over the file of entry '{}'", id));
  const UniqueFd target(fd);
  BERTH_CHECK_OK(sys::check([&] { return ::fchmod(fd, 0444); }, "chmod '{}'", stored));
  BERTH_CHECK_OK(sys::write_all(fd, bytes, "the work folder"));
  return Json::object().set("id", file->entry_id).set("path", stored).set("name", file->name);
}

Result<Json> CallHost::set_context(const wire::Message& request) {
  BERTH_CHECK_OK(for_scripts("setContext"));
  const std::string path = request.body.text_or("name", "");
  Json value = masked(member(request.body, "value"));
  set_bytes_ += path.size() + print_json(value).size();
  if (set_bytes_ > kMostSetBytes) return fail(Errc::Exhausted, "set context: more than 64 MiB were set in this call");
  BERTH_CHECK_OK(calls_.scene().investigation().set_context(path, std::move(value)));
  return Json::object().set("status", true);
}

Result<Json> CallHost::dt(const wire::Message& request) {
  const std::string expression = request.body.text_or("name", "");
  BERTH_TRY(Json found, dt::evaluate(expression, member(request.body, "value"), calls_.scene().script()).context([&] {
    return fmt::format("dt '{}'", expression.substr(0, 200));
  }));
  return Json::object().set("result", std::move(found));
}

// The enabled and disabled instances: name -> {brand, state, ...}.
Result<Json> CallHost::modules() {
  BERTH_CHECK_OK(for_scripts("getModules"));
  BERTH_TRY(InstanceService * instances, calls_.scene().instances());
  BERTH_TRY(const auto all, instances->list(""));
  Json answer = Json::object();
  for (const store::Instance& one : all) {
    Json module = Json::object();
    module.set("brand", one.brand).set("state", one.enabled ? "active" : "disabled").set("category", "");
    answer.set(one.name, std::move(module));
  }
  return answer;
}

// The commands of every brand that has an enabled instance: brand -> [{name}].
Result<Json> CallHost::module_commands() {
  BERTH_CHECK_OK(for_scripts("getAllSupportedCommands"));
  BERTH_TRY(InstanceService * instances, calls_.scene().instances());
  BERTH_TRY(ContentService * content, calls_.scene().content());
  BERTH_TRY(const auto all, instances->list(""));
  std::set<std::string> brands;
  for (const store::Instance& one : all) {
    if (one.enabled) brands.insert(one.brand);
  }
  Json answer = Json::object();
  for (const std::string& brand : brands) {
    const auto item = content->find_item(content::ItemKind::Integration, brand);
    if (!item) continue;
    Json names = Json::array();
    for (const content::Command& command : item->commands) names.push_back(Json::object().set("name", command.name));
    answer.set(brand, std::move(names));
  }
  return answer;
}

Result<Json> CallHost::execute_command(const wire::Message& request, Deadline deadline) {
  const CommandName command = command_name_of(request.body.text_or("command", ""));
  const Json& args = member(request.body, "args");
  if (command.name == "getFilePath") {
    BERTH_TRY(Json file, file_path(args));
    Json entry = Json::object();
    entry.set("Type", 1).set("ContentsFormat", "json").set("Contents", std::move(file));
    return Json(Json::Array{std::move(entry)});
  }
  if (server::is_built_in_request(command.name)) {
    Scene& scene = calls_.scene();
    const std::string brand = call_.request.instance ? call_.request.instance->brand : call_.request.item.id;
    const server::RequestScene where{{scene.investigation(), scene.state(), scene.script(), caller_},
                                     call_.memory,
                                     brand,
                                     call_.request.on_health,
                                     call_.feed_score};
    const bool is_kept = std::ranges::find(kKeptForOthers, command.name) != std::ranges::end(kKeptForOthers);
    return server::answer_request(command.name, is_kept ? masked(args) : args, where);
  }
  return run_command(command.name, command.owner, args, deadline);
}

Result<Json> CallHost::run_command(const std::string& name, const std::string& owner, const Json& given,
                                   Deadline deadline) {
  BERTH_CHECK_OK(for_scripts("executeCommand"));
  CommandRequest request;
  request.command = command_name_of(name);
  if (!owner.empty()) request.command.owner = owner;
  const Json args = server::find_built_in(request.command.name) != nullptr ? masked(given) : given;
  if (const Json::Object* members = args.as_object()) {
    for (const auto& [key, value] : *members) {
      if (value.is_null()) continue;
      const std::string* text = value.as_string();
      request.arguments.push_back({key, text != nullptr ? *text : print_json(value)});
      if (value.is_array() || value.is_object()) request.typed_arguments.set(key, value);
    }
  } else if (!args.is_null()) {
    return fail(Errc::InvalidInput, fmt::format("execute '{}': its arguments are no object", name.substr(0, 200)));
  }
  request.call.limits = call_.request.limits;
  request.call.interrupt = call_.request.interrupt;
  request.call.on_frame = call_.request.on_frame;
  request.call.debug = call_.request.debug;
  request.caller = caller_;
  request.is_nested = true;
  Nesting below = call_.nesting;
  below.depth += 1;
  below.deadline = deadline;
  BERTH_TRY(const auto answers, CommandService(calls_).run(request, below, call_.tree));
  for (const CommandAnswer& one : answers) {
    if (!one.call) continue;
    for (const std::string& secret : one.call->secrets) {
      if (std::ranges::find(call_.secrets, secret) == call_.secrets.end()) call_.secrets.push_back(secret);
    }
  }
  return returned_entries(answers, calls_.scene().investigation().id());
}

}  // namespace berth::app
