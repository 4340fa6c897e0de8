#include "berth/app/command_target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "berth/app/instance_options.h"
#include "berth/app/integration_lookup.h"
#include "berth/base/text_parts.h"
#include "berth/content/commands.h"
#include "berth/content/item_reader.h"

namespace berth::app {
namespace {

bool is_named(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

// The script, or nothing when there is none of that name.
Result<std::vector<CommandTarget>> find_script(Scene& scene, content::ContentTree* tree, const std::string& name) {
  std::vector<CommandTarget> found;
  if (tree != nullptr) {
    auto path = tree->find_script(name);
    if (path) {
      BERTH_TRY(content::Item item, content::read_item(*path));
      found.push_back({nullptr, std::move(item), ""});
      return found;
    }
    if (path.error().code() != Errc::NotFound) return std::unexpected(std::move(path).error());
  }
  BERTH_TRY(ContentService * content, scene.content());
  auto item = content->find_item(content::ItemKind::Script, name);
  if (!item && item.error().code() == Errc::NotFound) return found;
  if (!item) return std::unexpected(std::move(item).error());
  found.push_back({nullptr, *std::move(item), ""});
  return found;
}

bool is_of_path(const store::Instance& instance) {
  const auto options = parse_instance_options(instance.options);
  return options && !options->source.empty();
}

// Integrations that have the command, by their ids.
struct Owners {
  std::set<std::string> brands;
  std::vector<CommandTarget> targets;
};

Result<Owners> find_instances(Scene& scene, const CommandName& command, const content::ReservedArguments& reserved) {
  Owners owners;
  BERTH_TRY(InstanceService * instances, scene.instances());
  BERTH_TRY(ContentService * content, scene.content());
  for (const CommandReference& reference : content->find_command(command.name)) {
    owners.brands.insert(reference.integration.item->id);
  }
  BERTH_TRY(const auto all, instances->list(""));
  for (const store::Instance& instance : all) {
    if (!instance.enabled || !is_named(reserved.instances, instance.name) ||
        !is_named(reserved.brands, instance.brand)) {
      continue;
    }
    if (!command.owner.empty() && command.owner != instance.name && command.owner != instance.brand) continue;
    // An instance that was made of an item at a path has nothing registered: its item tells.
    if (!owners.brands.contains(instance.brand) && !is_of_path(instance)) continue;
    auto item = integration_of(*content, instance);
    if (!item) continue;
    if (!owners.brands.contains(instance.brand) && !content::find_command(*item, command.name)) continue;
    owners.brands.insert(instance.brand);
    owners.targets.push_back({nullptr, *std::move(item), instance.name});
  }
  return owners;
}

std::string why_nobody(const CommandName& command, const content::ReservedArguments& reserved, const Owners& owners) {
  if (owners.brands.empty()) {
    return fmt::format(
        "Unsupported Command: '{}' is no command of this server, no script and no command of a registered "
        "integration; 'berth content list' shows what is registered",
        command.name.substr(0, 200));
  }
  const std::string brands = fmt::format("{}", fmt::join(owners.brands, ", "));
  if (!reserved.instances.empty() || !reserved.brands.empty() || !command.owner.empty()) {
    return fmt::format(
        "Unsupported Command: no enabled instance that was named has the command '{}', which is one of {}; "
        "'berth instance list' shows which there are",
        command.name, brands);
  }
  return fmt::format(
      "Unsupported Command: '{}' is a command of {}, of which no instance is enabled; 'berth instance add' "
      "makes one",
      command.name, brands);
}

}  // namespace

CommandName command_name_of(std::string_view text) {
  const std::size_t bars = text.find("|||");
  if (bars == std::string_view::npos) return {"", std::string(trimmed(text))};
  return {std::string(trimmed(text.substr(0, bars))), std::string(trimmed(text.substr(bars + 3)))};
}

Result<std::vector<CommandTarget>> find_targets(Scene& scene, content::ContentTree* tree, const CommandName& command,
                                                const content::ReservedArguments& reserved) {
  if (command.owner.empty() || command.owner == "Builtin") {
    if (const server::BuiltInCommand* built_in = server::find_built_in(command.name)) {
      std::vector<CommandTarget> found;
      found.push_back({built_in, {}, ""});
      return found;
    }
  }
  if (command.owner.empty() || command.owner == "Scripts") {
    BERTH_TRY(auto scripts, find_script(scene, tree, command.name));
    if (!scripts.empty()) return scripts;
  }
  BERTH_TRY(Owners owners, find_instances(scene, command, reserved));
  if (owners.targets.empty()) return fail(Errc::NotFound, why_nobody(command, reserved, owners));
  return std::move(owners.targets);
}

}  // namespace berth::app
