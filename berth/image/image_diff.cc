#include "berth/image/image_diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace berth::image {
namespace {

using Values = std::map<std::string, std::string>;

// Several of one name in one text, so that a second copy of a library is seen.
void put(Values& values, const std::string& name, const std::string& value) {
  std::string& text = values[name];
  text += (text.empty() ? "" : ", ") + value;
}

Values packages_of(const Inventory& inventory) {
  std::map<std::string, std::size_t> counts;
  for (const DistributionPackage& package : inventory.packages) ++counts[package.name];
  Values values;
  for (const DistributionPackage& package : inventory.packages) {
    const bool several = counts[package.name] > 1 && !package.architecture.empty();
    put(values, several ? package.name + ":" + package.architecture : package.name, package.version);
  }
  return values;
}

Values python_of(const Inventory& inventory) {
  Values values;
  for (const PythonDistribution& distribution : inventory.python) {
    put(values, normalized_python_name(distribution.name), distribution.version);
  }
  return values;
}

Values interpreters_of(const Inventory& inventory) {
  Values values;
  for (const Interpreter& interpreter : inventory.interpreters) put(values, interpreter.path, interpreter.version);
  return values;
}

Values configuration_of(const ImageConfig& config) {
  Values values = {{"user", config.user},
                   {"workdir", config.workdir},
                   {"entrypoint", fmt::format("{}", fmt::join(config.entrypoint, " "))},
                   {"cmd", fmt::format("{}", fmt::join(config.cmd, " "))}};
  for (const std::string& variable : config.env) {
    const std::size_t equals = std::min(variable.find('='), variable.size());
    values["env " + variable.substr(0, equals)] = variable.substr(std::min(equals + 1, variable.size()));
  }
  for (const auto& [name, value] : config.labels) values["label " + name] = value;
  return values;
}

std::vector<Change> changes_of(const Values& before, const Values& after) {
  std::map<std::string, Change> changes;
  for (const auto& [name, value] : before) changes[name] = {name, value, {}};
  for (const auto& [name, value] : after) {
    changes[name].name = name;
    changes[name].after = value;
  }
  std::vector<Change> all;
  for (auto& [name, change] : changes) {
    if (change.before != change.after) all.push_back(std::move(change));
  }
  return all;
}

std::string text_of(const OsRelease& os) { return os.name.empty() ? os.id + " " + os.version_id : os.name; }

}  // namespace

ImageDiff diff_of(const Inventory& before, const ImageConfig& config_before, const Inventory& after,
                  const ImageConfig& config_after) {
  ImageDiff diff;
  diff.packages = changes_of(packages_of(before), packages_of(after));
  diff.python = changes_of(python_of(before), python_of(after));
  diff.interpreters = changes_of(interpreters_of(before), interpreters_of(after));
  diff.configuration = changes_of(configuration_of(config_before), configuration_of(config_after));
  if (before.os != after.os) diff.os.push_back({"distribution", text_of(before.os), text_of(after.os)});
  return diff;
}

}  // namespace berth::image
