#include "berth/cli/run_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/cli/given_limits.h"
#include "berth/cli/value_source.h"
#include "berth/content/commands.h"
#include "berth/content/item_reader.h"
#include "berth/content/parameters.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

using content::Assignment;

constexpr std::size_t kLargestScript = 10 << 20;
constexpr std::size_t kLargestFile = 256 << 20;

std::vector<std::string> names_of(const std::vector<content::Argument>& arguments) {
  std::vector<std::string> names;
  for (const content::Argument& argument : arguments) names.push_back(argument.name);
  return names;
}

const std::vector<content::Argument>& arguments_of(const content::Item& item, const std::string& command) {
  for (const content::Command& one : item.commands) {
    if (one.name == command) return one.arguments;
  }
  return item.arguments;
}

bool is_secret(const std::vector<content::Argument>& arguments, const std::optional<std::string>& name) {
  for (const content::Argument& argument : arguments) {
    if (name && argument.name == *name) return argument.secret;
  }
  return false;
}

}  // namespace

Result<app::CallRequest> read_request(const RunOptions& options, const app::Settings& settings) {
  StandardInput input;
  app::CallRequest request;
  if (options.path == "-") {
    BERTH_TRY(std::string text, input.take("the script", kLargestScript));
    BERTH_TRY(request.item, content::script_from_text(std::move(text), "standard input"));
  } else {
    BERTH_TRY(request.item, content::read_item(options.path));
  }
  request.command = options.command;

  const auto& declared = arguments_of(request.item, options.command);
  for (const std::string& text : options.arguments) {
    Assignment assignment = content::parse_assignment(text, names_of(declared));
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
  if (!options.incident.empty()) {
    BERTH_TRY(request.incident, read_json_file("--incident", options.incident));
    if (!request.incident.is_object()) {
      return fail(Errc::InvalidInput, fmt::format("--incident '{}': it holds no JSON object", options.incident));
    }
  }
  request.image = options.image;
  BERTH_TRY(request.limits, limits_from(options, settings.limits));
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

Result<void> fill_playground(const RunOptions& options, app::Playground& playground) {
  if (!options.context.empty()) {
    BERTH_TRY(Json context, read_json_file("--context", options.context));
    if (!context.is_object()) {
      return fail(Errc::InvalidInput, fmt::format("--context '{}': it holds no JSON object", options.context));
    }
    playground.set_context(std::move(context));
  }
  for (const std::string& path : options.files) {
    BERTH_TRY(std::string bytes, sys::read_file(path, kLargestFile).context([] { return "--file"; }));
    playground.add_file(std::filesystem::path(path).filename(), std::move(bytes));
  }
  return {};
}

}  // namespace berth::cli
