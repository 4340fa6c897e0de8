#include "berth/cli/run_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/cli/given_limits.h"
#include "berth/content/commands.h"
#include "berth/content/item_reader.h"
#include "berth/content/parameters.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

using content::Assignment;
using content::ValueSource;

constexpr std::size_t kLargestValue = 1 << 20;
constexpr std::size_t kLargestJson = 64 << 20;
constexpr std::size_t kLargestScript = 10 << 20;
constexpr std::size_t kLargestFile = 256 << 20;

// Standard input, which one reader can have.
class StandardInput {
 public:
  Result<std::string> take(std::string_view reader, std::size_t limit_bytes) {
    if (!taken_by_.empty()) {
      return fail(Errc::InvalidInput, fmt::format("{}: standard input is taken by {} already; give one of them as "
                                                  "name=@file",
                                                  reader, taken_by_));
    }
    taken_by_ = reader;
    return sys::read_to_end(STDIN_FILENO, limit_bytes, "standard input");
  }

 private:
  std::string taken_by_;
};

Result<Json> read_json_file(const char* option, const std::string& path) {
  const auto doing = [&] { return fmt::format("{} '{}'", option, path); };
  BERTH_TRY(const std::string text, sys::read_file(path, kLargestJson).context(doing));
  return parse_json(text).context(doing);
}

// A value that names its source: `@file`, `-`, or `@@text` for a text that begins with an @.
Result<void> read_source(Assignment& assignment, std::string_view option, StandardInput& input) {
  if (!assignment.name) return {};
  const std::string reader = fmt::format("{} {}", option, *assignment.name);
  if (assignment.value == "-") {
    BERTH_TRY(assignment.value, input.take(reader, kLargestValue));
    assignment.source = ValueSource::StandardInput;
  } else if (assignment.value.starts_with("@@")) {
    assignment.value.erase(0, 1);
  } else if (assignment.value.starts_with("@")) {
    BERTH_TRY(assignment.value,
              sys::read_file(assignment.value.substr(1), kLargestValue).context([&] { return std::string(reader); }));
    assignment.source = ValueSource::File;
  }
  return {};
}

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
