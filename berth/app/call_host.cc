#include "berth/app/call_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "berth/content/item_reader.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

// Calls that a script makes through `executeCommand` and that only a server with a memory could answer.
constexpr std::array<std::string_view, 18> kNeedsServer = {"createIncidents",
                                                           "createAlerts",
                                                           "createIndicators",
                                                           "searchIndicators",
                                                           "searchRelationships",
                                                           "getIndexHash",
                                                           "directMessage",
                                                           "findUser",
                                                           "handleEntitlementForUser",
                                                           "mapObject",
                                                           "internalHttpRequest",
                                                           "_apiCall",
                                                           "mirrorInvestigation",
                                                           "getList",
                                                           "setList",
                                                           "createList",
                                                           "addToList",
                                                           "findIndicators"};

Result<Json> unsupported(std::string_view command) {
  return fail(
      Errc::Unavailable,
      fmt::format("Unsupported Command: '{}' needs a server's memory, which a run of its own does not have", command));
}

const Json& member(const Json& object, std::string_view key) {
  static const Json nothing;
  const Json* found = object.find(key);
  return found != nullptr ? *found : nothing;
}

Json urls() {
  Json answer = Json::object();
  for (const char* key : {"evidenceBoard", "investigation", "relatedIncidents", "server", "warRoom", "workPlan"}) {
    answer.set(key, "");
  }
  return answer;
}

// An entry as executeCommand returns it: with what the server adds.
Json returned_entry(Json entry, const std::string& script) {
  if (!entry.is_object()) return entry;
  Json metadata = Json::object();
  metadata.set("id", member(entry, "ID"))
      .set("type", member(entry, "Type"))
      .set("format", member(entry, "ContentsFormat"));
  metadata.set("instance", "Scripts").set("brand", "Scripts").set("investigationId", kPlaygroundId);
  entry.set("Brand", "Scripts").set("ModuleName", script).set("Category", "automation");
  entry.set("Metadata", std::move(metadata));
  return entry;
}

Json error_entry(std::string text) {
  Json entry = Json::object();
  entry.set("Type", 4).set("ContentsFormat", "text").set("Contents", std::move(text));
  return entry;
}

}  // namespace

Result<Json> CallHost::answer(const wire::Message& request, Deadline deadline) {
  const Json& args = member(request.body, "args");
  if (request.name == "getFileByEntryID") return file_path(args);
  if (request.name == "demistoUrls") return urls();
  if (request.name == "demistoVersion") {
    Json version = Json::object();
    version.set("version", service_.settings_.server_version).set("buildNumber", service_.settings_.server_build);
    return version.set("platform", service_.settings_.server_platform);
  }
  if (request.name == "setContext") {
    BERTH_CHECK_OK(service_.playground_.set(request.body.text_or("name", ""), member(request.body, "value")));
    return Json::object().set("status", true);
  }
  if (request.name == "getAllModulesSupportedCmds" || request.name == "getAllModules") return Json::object();
  if (request.name == "executeCommand") return execute_command(request, deadline);
  return unsupported(request.name);
}

// Puts the file of an entry into the work folder, where the script can read it and not write to it.
Result<Json> CallHost::file_path(const Json& args) {
  const std::string id = args.text_or("id", "");
  const HeldFile* file = service_.playground_.find_file(id);
  if (file == nullptr) {
    return fail(Errc::NotFound,
                fmt::format("no file belongs to entry '{}'; hand one in with --file", id.substr(0, 200)));
  }
  const std::string path = "work/" + file->stored_name();
  // The folder is the script's: what it put in the file's place is taken away, never followed or written to.
  ::unlinkat(work_folder_, path.c_str(), 0);
  BERTH_TRY(UniqueFd work, sys::open_without_links(work_folder_, "work", O_PATH | O_DIRECTORY, "the work folder"));
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const std::string stored = file->stored_name();
  BERTH_TRY(int fd, sys::call([&] { return ::openat(work.get(), stored.c_str(), kFlags, 0444); },
                              "hand over the file of entry '{}'", id));
  const UniqueFd target(fd);
  BERTH_CHECK_OK(sys::check([&] { return ::fchmod(fd, 0444); }, "chmod '{}'", stored));
  BERTH_CHECK_OK(sys::write_all(fd, file->bytes, "the work folder"));
  return Json::object().set("id", file->entry_id).set("path", stored).set("name", file->name);
}

Json CallHost::integration_context() const {
  const auto& held = service_.playground_.integration_context();
  Json version = Json::object();
  version.set("version", held.version).set("sequenceNumber", held.version).set("primaryTerm", 1);
  return Json::object().set("context", held.value).set("version", std::move(version));
}

Result<Json> CallHost::set_integration_context(const Json& args) {
  auto& held = service_.playground_.integration_context();
  const Json* version = member(args, "version").find("version");
  const std::int64_t expected = version != nullptr && version->is_int() ? *version->as_int() : -1;
  if (expected != -1 && expected != held.version) {
    return fail(Errc::InvalidInput, fmt::format("set the integration context: version {} was given, but {} is stored",
                                                expected, held.version));
  }
  held.value = member(args, "value");
  ++held.version;
  return Json();
}

Result<Json> CallHost::execute_command(const wire::Message& request, Deadline deadline) {
  const std::string name = request.body.text_or("command", "");
  const Json& args = member(request.body, "args");
  if (name == "getLicenseID") return Json::object().set("id", "");
  if (name == "getLicenseCustomField") return Json();
  // Persisted by a fetch alone; a single run begins with nothing and leaves nothing.
  if (name == "getLastRun" || name == "getLastMirrorRun" || name == "getAssetsLastRun") return Json::object();
  if (name == "setLastRun" || name == "setLastMirrorRun" || name == "setAssetsLastRun") return Json();
  if (name == "updateModuleHealth") return Json();
  if (name == "getIntegrationContext") return integration_context();
  if (name == "setIntegrationContext") return set_integration_context(args);
  if (name == "addEntry") {
    if (entries_.size() >= 10'000) return fail(Errc::Exhausted, "add an entry: this call added 10000 already");
    const Json& entry = member(args, "entry");
    entries_.push_back(entry);
    return Json();
  }
  if (name == "getFilePath") {
    BERTH_TRY(Json file, file_path(args));
    Json entry = Json::object();
    entry.set("Type", 1).set("ContentsFormat", "json").set("Contents", std::move(file));
    return Json(Json::Array{returned_entry(std::move(entry), name)});
  }
  if (std::ranges::find(kNeedsServer, name) != kNeedsServer.end()) return unsupported(name);
  return run_script(name, args, deadline);
}

Result<Json> CallHost::run_script(const std::string& name, const Json& args, Deadline deadline) {
  const auto doing = [&] { return fmt::format("execute '{}'", name.substr(0, 200)); };
  if (std::chrono::steady_clock::now() >= deadline) {
    return fail(Errc::TimedOut, fmt::format("{}: the time of the call is over", doing()));
  }
  if (nesting_.depth + 1 >= kDeepestCall) {
    return fail(Errc::Exhausted, fmt::format("{}: calls are {} deep already: {}", doing(), kDeepestCall,
                                             fmt::join(nesting_.callers, " -> ")));
  }
  auto path = tree_ != nullptr
                  ? tree_->find_script(name)
                  : Result<std::filesystem::path>(fail(Errc::NotFound, "the item lies in no content tree"));
  if (!path && path.error().code() == Errc::NotFound) {
    return fail(Errc::NotFound,
                fmt::format("Unsupported Command: '{}' is no script of this content tree and no command "
                            "that is answered here ({})",
                            name.substr(0, 200), path.error().message()));
  }
  if (!path) return std::unexpected(std::move(path).error().in(doing()));
  CallRequest call;
  BERTH_TRY(call.item, content::read_item(*path).context(doing));
  if (const Json::Object* members = args.as_object()) {
    for (const auto& [key, value] : *members) {
      if (value.is_null()) continue;
      const std::string* text = value.as_string();
      call.arguments.push_back({key, text != nullptr ? *text : print_json(value)});
      if (value.is_array() || value.is_object()) call.typed_arguments.set(key, value);
    }
  }
  call.limits = request_.limits;
  call.incident = request_.incident;
  call.interrupt = request_.interrupt;
  call.on_frame = request_.on_frame;
  call.debug = request_.debug;
  CallService::Nesting nesting{nesting_.depth + 1, deadline, nesting_.callers};
  nesting.callers.push_back(name);
  auto answer = service_.run_nested(call, nesting);
  if (!answer) return std::unexpected(std::move(answer).error().error.in(doing()));

  Json entries = Json::array();
  for (Json& entry : answer->record.entries) entries.push_back(returned_entry(std::move(entry), name));
  if (answer->outcome.cause != engine::Cause::Completed) {
    std::string text = fmt::format("script '{}' did not complete: {}", name, answer->outcome.explanation);
    if (!answer->record.exception.empty()) text = fmt::format("{}", fmt::join(answer->record.exception, ""));
    entries.push_back(returned_entry(error_entry(std::move(text)), name));
  }
  return entries;
}

}  // namespace berth::app
