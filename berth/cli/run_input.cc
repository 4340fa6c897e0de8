#include "berth/cli/run_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/app/content_service.h"
#include "berth/app/given_limits.h"
#include "berth/app/given_scene.h"
#include "berth/base/utf8.h"
#include "berth/cli/value_source.h"
#include "berth/content/arguments.h"
#include "berth/content/commands.h"
#include "berth/content/item_reader.h"
#include "berth/content/parameters.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

using content::Assignment;

constexpr std::size_t kLargestScript = 10 << 20;

bool is_secret(const std::vector<content::Argument>& arguments, const std::optional<std::string>& name) {
  for (const content::Argument& argument : arguments) {
    if (name && argument.name == *name) return argument.secret;
  }
  return false;
}

Result<Json> read_json_object(const char* option, const std::string& path) {
  BERTH_TRY(Json json, read_json_file(option, path));
  if (json.is_object()) return json;
  return fail(Errc::InvalidInput, fmt::format("{} '{}': it holds no JSON object", option, path));
}

// The item at a path, or the registered one of that name.
Result<content::Item> find_item(const std::string& text, const app::Settings& settings) {
  if (app::is_item_path(text)) return content::read_item(text);
  BERTH_TRY(const app::ContentService content, app::ContentService::open(settings));
  return content.find_item(text);
}

}  // namespace

Result<app::CallRequest> read_request(const RunOptions& options, const app::Settings& settings) {
  StandardInput input;
  app::CallRequest request;
  if (options.path == "-") {
    BERTH_TRY(std::string text, input.take("the script", kLargestScript));
    BERTH_TRY(request.item, content::script_from_text(std::move(text), "standard input"));
  } else {
    BERTH_TRY(request.item, find_item(options.path, settings));
  }
  request.command = options.command;

  const auto& declared = content::arguments_of(request.item, options.command);
  for (const std::string& text : options.arguments) {
    Assignment assignment = content::parse_assignment(text, content::argument_names(declared));
    // Only a secret argument names a source: others may well begin with an @.
    if (is_secret(declared, assignment.name)) BERTH_CHECK_OK(read_source(assignment, "argument", input));
    request.arguments.push_back(std::move(assignment));
  }
  for (const std::string& text : options.parameters) {
    Assignment assignment = content::parse_assignment(text, content::parameter_names(request.item));
    if (!assignment.name) {
      return fail(Errc::InvalidInput, "--param: write it as name=value, name=@file or name=-");
    }
    BERTH_CHECK_OK(read_source(assignment, "--param", input));
    request.parameters.push_back(std::move(assignment));
  }
  if (!options.parameters_file.empty()) {
    BERTH_TRY(request.parameters_file, read_json_file("--params-file", options.parameters_file));
  }
  request.image = options.image;
  BERTH_TRY(request.limits, app::limits_from(options, settings.limits));
  if (!options.network.empty()) {
    BERTH_TRY(request.network, net::parse_network_profile(options.network).context([] { return "--network"; }));
  }
  if (!options.debugpy.empty()) {
    const auto port = app::parse_count(options.debugpy, "ports");
    if (!port || *port > 65'535) {
      return fail(Errc::InvalidInput,
                  fmt::format("--debugpy: '{}' is no port; give a number from 1 to 65535", options.debugpy));
    }
    request.debugger_port = static_cast<std::uint16_t>(*port);
  }
  request.timeout_given = !options.timeout.empty();
  request.keep = options.keep;
  request.debug = options.debug;
  return request;
}

Result<void> fill_scene(const SceneOptions& options, app::Scene& scene) {
  BERTH_CHECK_OK(app::enter_given(scene, options.investigation, !options.incident.empty(), !options.context.empty()));
  if (!options.incident.empty()) {
    BERTH_TRY(Json incident, read_json_object("--incident", options.incident));
    scene.playground()->set_incident(std::move(incident));
  }
  if (!options.context.empty()) {
    BERTH_TRY(Json context, read_json_object("--context", options.context));
    scene.playground()->set_context(std::move(context));
  }
  std::vector<server::NewFile> files;
  for (const std::string& path : options.files) {
    BERTH_TRY(std::string bytes, sys::read_file(path, app::kLargestHandedIn).context([] { return "--file"; }));
    files.push_back({std::filesystem::path(path).filename(), std::move(bytes)});
  }
  return app::hand_in(scene, std::move(files));
}

void show_frame(engine::Direction direction, std::string_view line) {
  const char* arrow = direction == engine::Direction::ToScript ? ">" : "<";
  const std::string text = fmt::format("{} {}\n", arrow, to_visible(line, false));
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace berth::cli
