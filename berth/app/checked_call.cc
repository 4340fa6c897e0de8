#include "berth/app/checked_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "berth/container/launch_spec.h"
#include "berth/content/arguments.h"
#include "berth/content/commands.h"
#include "berth/content/parameters.h"
#include "berth/server/indicator_json.h"

namespace berth::app {

Result<CheckedCall> check_call(const CallRequest& request) {
  const content::Item& item = request.item;
  CheckedCall checked;
  content::CallArguments arguments;
  if (item.kind == content::ItemKind::Integration) {
    if (request.command.empty()) {
      return fail(Errc::InvalidInput, fmt::format("'{}' is an integration: name a command with --command ({})",
                                                  item.name, fmt::join(content::command_names(item), ", ")));
    }
    BERTH_TRY(const content::FoundCommand found, content::find_command(item, request.command));
    // What the server calls by itself it gives its own arguments, whichever of them are declared.
    const content::Signature signature{"command '" + request.command + "'", found.command.arguments,
                                       found.any_argument || request.is_fetch};
    BERTH_TRY(arguments, content::check_arguments(signature, request.arguments));
    if (request.instance) {
      checked.params = request.instance->params;
      checked.secrets = request.instance->secrets;
    } else {
      BERTH_TRY(checked.params, content::check_parameters(item, request.parameters_file, request.parameters));
      checked.secrets = content::secret_values(item, checked.params);
    }
    checked.timeout = found.command.timeout;
    for (auto& secret : content::secret_values(found.command.arguments, arguments.args))
      checked.secrets.push_back(secret);
  } else {
    if (!request.command.empty() || !request.parameters.empty() || request.parameters_file.is_object()) {
      return fail(Errc::InvalidInput, fmt::format("'{}' is a script: it has no commands and no parameters, only "
                                                  "arguments (name=value)",
                                                  item.name));
    }
    const content::Signature signature{"script '" + item.name + "'", item.arguments, item.any_argument};
    BERTH_TRY(arguments, content::check_arguments(signature, request.arguments));
    checked.secrets = content::secret_values(item.arguments, arguments.args);
  }
  if (!checked.timeout) checked.timeout = item.timeout;
  checked.debug = request.debug || arguments.reserved.text_or("debug-mode", "") == "true";
  checked.args = std::move(arguments.args);
  for (const auto& [name, value] : *request.typed_arguments.as_object()) {
    if (checked.args.find(name) != nullptr) checked.args.set(name, value);
  }
  checked.notes = std::move(arguments.notes);
  return checked;
}

wire::Job job_for(const CallRequest& request, const CheckedCall& checked) {
  wire::Job job;
  job.integration = request.item.kind == content::ItemKind::Integration;
  job.command = request.command;
  job.args = checked.args;
  job.params = checked.params;
  return job;
}

Result<Json> job_context(const CallRequest& request, const CheckedCall& checked, server::Investigation& investigation,
                         std::string_view image, const container::Limits& limits) {
  const bool integration = request.item.kind == content::ItemKind::Integration;
  BERTH_TRY(Json description, investigation.description());
  BERTH_TRY(Json incident, investigation.incident());
  BERTH_TRY(Json data, investigation.context());
  Json parent;
  if (!request.recording.parent.empty()) {
    BERTH_TRY(parent, investigation.entry(request.recording.parent));
  }
  Json context = Json::object();
  context.set("Inv", std::move(description));
  context.set("Incidents", incident.is_null() ? Json::array() : Json(Json::Array{std::move(incident)}));
  context.set("ExecutionContext", std::move(data)).set("ParentEntry", std::move(parent));
  // Content tells an integration's command from a script by the empty name.
  context.set("ScriptName", integration ? "" : request.item.name)
      .set("IsDebug", checked.debug)
      .set("DockerImage", image);
  context.set("IsRunningDocker", true).set("DockerWorkingDir", container::kWorkFolder);
  context.set("TimeoutDuration", std::chrono::nanoseconds(limits.wall_time).count());
  const std::string& instance = request.instance ? request.instance->name : request.item.name;
  context.set("IntegrationInstance", integration ? instance : "");
  context.set("IntegrationBrand", integration ? request.item.id : "");
  return context;
}

int feed_score_of(const content::Item& item, const Json& params) {
  return item.flags.feed ? server::score_of(params.text_or("feedReputation", "")) : 0;
}

std::vector<std::string> notes_of(const CallRequest& request, const CheckedCall& checked) {
  std::vector<std::string> notes;
  for (const content::Warning& warning : request.item.warnings) {
    notes.push_back(fmt::format("{}:{}: '{}': {}", warning.file, warning.line, warning.key, warning.text));
  }
  notes.insert(notes.end(), checked.notes.begin(), checked.notes.end());
  return notes;
}

}  // namespace berth::app
