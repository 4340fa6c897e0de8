#include "berth/cli/instance_input.h"

#include <fmt/format.h>

#include "berth/base/utf8.h"
#include "berth/cli/value_source.h"
#include "berth/content/parameters.h"

namespace berth::cli {
namespace {

using content::Assignment;

Result<Assignment> read_secret(const std::string& text, const std::vector<std::string>& known, StandardInput& input) {
  Assignment assignment = content::parse_assignment(text, known);
  if (!assignment.name) return fail(Errc::InvalidInput, "--secret: write it as name=@file or name=-");
  BERTH_CHECK_OK(read_source(assignment, "--secret", input));
  if (assignment.source != content::ValueSource::Inline) return assignment;
  const std::string name = to_visible(assignment.name->substr(0, 100), false);
  return fail(Errc::InvalidInput,
              fmt::format("--secret {0}: what stands in the command line can be read in the list of "
                          "processes; write {0}=@file or {0}=-",
                          name));
}

}  // namespace

Result<app::GivenParameters> read_parameters(const InstanceSettingOptions& options, const content::Item& integration) {
  StandardInput input;
  app::GivenParameters given;
  const std::vector<std::string> known = content::parameter_names(integration);
  for (const std::string& text : options.parameters) {
    Assignment assignment = content::parse_assignment(text, known);
    if (!assignment.name) {
      return fail(Errc::InvalidInput, "--param: write it as name=value, name=@file or name=-");
    }
    BERTH_CHECK_OK(read_source(assignment, "--param", input));
    given.assignments.push_back(std::move(assignment));
  }
  for (const std::string& text : options.secrets) {
    BERTH_TRY(Assignment assignment, read_secret(text, known, input));
    given.assignments.push_back(std::move(assignment));
  }
  if (!options.parameters_file.empty()) {
    BERTH_TRY(given.file, read_json_file("--params-file", options.parameters_file));
  }
  return given;
}

Result<std::optional<net::NetworkProfile>> read_network(const InstanceSettingOptions& options) {
  std::optional<net::NetworkProfile> network;
  if (options.network.empty()) return network;
  BERTH_TRY(network, net::parse_network_profile(options.network).context([] { return "--network"; }));
  return network;
}

Result<std::vector<net::AddressRange>> read_allowed(const InstanceSettingOptions& options) {
  std::vector<net::AddressRange> allowed;
  for (const std::string& text : options.allowed) {
    BERTH_TRY(const net::AddressRange range, app::parse_allowed(text).context([] { return "--allow"; }));
    allowed.push_back(range);
  }
  return allowed;
}

}  // namespace berth::cli
