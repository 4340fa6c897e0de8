#include "berth/app/line_service.h"

#include <fmt/format.h>

#include "berth/app/system_command.h"
#include "berth/dt/reference.h"
#include "berth/store/lists.h"

namespace berth::app {
namespace {

// What lies outside the context: the incident's fields, and server lists.
class SceneLookup : public dt::Lookup {
 public:
  explicit SceneLookup(Scene& scene) : scene_(scene) {}

  Result<Json> find(Scope scope, std::string_view name) override {
    if (scope == Scope::Incident) {
      BERTH_TRY(const Json incident, scene_.investigation().incident());
      if (const Json* field = incident.find(name)) return *field;
      const Json* custom = incident.find("CustomFields");
      const Json* field = custom != nullptr ? custom->find(name) : nullptr;
      return field != nullptr ? *field : Json();
    }
    if (scope == Scope::Inputs) return Json();
    BERTH_TRY(store::Database * database, scene_.state().database());
    auto list = store::Lists(*database).get(name);
    if (!list && list.error().code() == Errc::NotFound) return Json();
    if (!list) return std::unexpected(std::move(list).error());
    return Json(std::move(list->data));
  }

 private:
  Scene& scene_;
};

Result<void> keep_note(const std::string& text, Scene& scene) {
  if (scene.playground() != nullptr) {
    return fail(
        Errc::InvalidInput,
        "keep a note: a playground is gone after this line; name an investigation with --investigation, or begin "
        "a command with '!'");
  }
  Json entry = Json::object();
  entry.set("Type", 1).set("ContentsFormat", "markdown").set("Contents", text).set("Note", true);
  std::vector<server::NewEntry> entries;
  entries.push_back({std::move(entry), std::nullopt});
  BERTH_CHECK_OK(scene.investigation().post(entries, {}, scene.script()));
  return {};
}

}  // namespace

Result<void> expand_references(CommandRequest& request, Scene& scene) {
  std::optional<Json> context;
  SceneLookup lookup(scene);
  for (content::Assignment& argument : request.arguments) {
    if (!dt::has_reference(argument.value)) continue;
    const std::string name = argument.name.value_or("");
    const auto doing = [&] { return name.empty() ? std::string("bare value") : fmt::format("argument '{}'", name); };
    if (!context) {
      BERTH_TRY(context, scene.investigation().context());
    }
    BERTH_TRY(Json value, dt::expand(argument.value, *context, scene.script(), &lookup).context(doing));
    const std::string* text = value.as_string();
    argument.value = text != nullptr ? *text : value.is_null() ? "" : print_json(value);
    if (!name.empty() && (value.is_array() || value.is_object())) request.typed_arguments.set(name, std::move(value));
  }
  return {};
}

Result<std::vector<CommandAnswer>> carry_out(const content::CommandLine& line, const CallRequest& call,
                                             CallService& calls) {
  if (line.kind == content::LineKind::Note) {
    BERTH_CHECK_OK(keep_note(line.note, calls.scene()));
    return std::vector<CommandAnswer>();
  }
  if (line.kind == content::LineKind::System) {
    BERTH_TRY(CommandAnswer answer, run_system_command(line, call, calls));
    std::vector<CommandAnswer> answers;
    answers.push_back(std::move(answer));
    return answers;
  }
  CommandRequest request;
  request.command = {line.owner, line.name};
  request.arguments = line.arguments;
  request.call = call;
  request.caller.is_person = true;
  request.caller.item = "operator";
  BERTH_CHECK_OK(expand_references(request, calls.scene()));
  return CommandService(calls).run(request, {}, nullptr);
}

}  // namespace berth::app
