// Commands that read and change the context of an investigation.

#include <fmt/format.h>

#include <algorithm>

#include "berth/dt/evaluate.h"
#include "berth/server/command_groups.h"

namespace berth::server {
namespace {

Result<std::vector<Json>> print(const CommandArguments& arguments, const CommandScene&) {
  const Json* value = arguments.find("value");
  if (value == nullptr || value->is_string()) return one_entry(text_entry(arguments.text("value")));
  Json entry = Json::object();
  return one_entry(entry.set("Type", 1).set("ContentsFormat", "json").set("Contents", *value));
}

// The value that `Set` stores: JSON where it looks like it, unless text is asked for.
Result<Json> value_to_set(const CommandArguments& arguments) {
  BERTH_TRY(const bool as_text, arguments.flag("stringify"));
  return as_text ? Json(arguments.text("value")) : arguments.value("value");
}

Result<void> set_value(dt::Context& context, const std::string& key, Json value, bool append, dt::Script& script) {
  if (!append) return context.set(key, std::move(value));
  return context.merge(key, std::move(value), script);
}

Result<std::vector<Json>> set_in(Investigation& investigation, const CommandArguments& arguments,
                                 const CommandScene& scene) {
  BERTH_TRY(const std::string key, arguments.needed_text("key"));
  BERTH_TRY(const bool append, arguments.flag("append"));
  BERTH_TRY(Json value, value_to_set(arguments));
  BERTH_CHECK_OK(investigation.change_context(
      [&](dt::Context& context) { return set_value(context, key, value, append, scene.script); }));
  return one_entry(text_entry(fmt::format("Key {} set", key)));
}

Result<std::vector<Json>> set(const CommandArguments& arguments, const CommandScene& scene) {
  return set_in(scene.investigation, arguments, scene);
}

Result<std::vector<Json>> set_by_id(const CommandArguments& arguments, const CommandScene& scene) {
  return in_investigation(arguments, "id", scene,
                          [&](Investigation& other) { return set_in(other, arguments, scene); });
}

// Takes what stands at a dotted path out of `value`; whether anything did.
bool remove_path(Json& value, std::string_view path) {
  const std::string_view part = path.substr(0, path.find('.'));
  if (Json::Array* items = value.as_array()) {
    bool removed = false;
    for (Json& one : *items) removed = remove_path(one, path) || removed;
    return removed;
  }
  Json::Object* members = value.as_object();
  if (members == nullptr) return false;
  if (part.size() == path.size()) {
    return std::erase_if(*members, [&](const Json::Member& member) { return member.first == part; }) > 0;
  }
  bool removed = false;
  for (auto& [name, inner] : *members) {
    if (name == part) removed = remove_path(inner, path.substr(part.size() + 1)) || removed;
  }
  return removed;
}

Result<std::vector<Json>> delete_context(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const bool all, arguments.flag("all"));
  const std::string key = arguments.text("key");
  if (!all && key.empty()) return arguments.wrong("key", "is missing; all=true deletes everything");
  if (all && !key.empty()) return arguments.wrong("key", "cannot stand beside all=true");
  const std::vector<std::string> kept_keys = arguments.texts("keysToKeep");
  BERTH_TRY(const std::int64_t index, arguments.number("index", -1, 0, 1'000'000));
  bool removed = false;
  BERTH_CHECK_OK(scene.investigation.change_context([&](dt::Context& context) -> Result<void> {
    Json root = context.root();
    if (all) {
      Json kept = Json::object();
      for (const std::string& path : kept_keys) {
        BERTH_TRY(Json value, dt::evaluate(path, root, scene.script));
        dt::Context rest(std::move(kept));
        if (!value.is_null()) BERTH_CHECK_OK(rest.set(path, std::move(value)));
        kept = std::move(rest).take();
      }
      removed = true;
      root = std::move(kept);
    } else if (index >= 0) {
      BERTH_TRY(Json list, dt::evaluate(key, root, scene.script));
      Json::Array* items = list.as_array();
      if (items == nullptr || static_cast<std::size_t>(index) >= items->size()) return {};
      items->erase(items->begin() + index);
      removed = true;
      return context.set(key, std::move(list));
    } else {
      removed = remove_path(root, key);
    }
    context = dt::Context(std::move(root));
    return {};
  }));
  if (!removed) return one_entry(text_entry(fmt::format("Key [{}] was not found in the context", key)));
  return one_entry(text_entry(all ? "Context cleared" : fmt::format("Key [{}] was deleted from the context", key)));
}

Result<std::vector<Json>> get_context(const CommandArguments& arguments, const CommandScene& scene) {
  return in_investigation(arguments, "id", scene, [&](Investigation& investigation) -> Result<std::vector<Json>> {
    BERTH_TRY(Json context, investigation.context());
    Json contents = Json::object();
    contents.set("id", investigation.id()).set("context", std::move(context));
    Json entry = Json::object();
    return one_entry(entry.set("Type", 1).set("ContentsFormat", "json").set("Contents", std::move(contents)));
  });
}

// Runs a command of the server in other investigations. The last entry counts those where it went well, as content
// expects; an error entry stands before it for each other one.
Result<std::vector<Json>> execute_at(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_CHECK_OK(arguments.needed_text("incidents"));
  BERTH_TRY(const std::string name, arguments.needed_text("command"));
  const BuiltInCommand* command = find_built_in(name);
  if (command == nullptr || command->run == &execute_at) {
    return arguments.wrong("command",
                           "is no command of the server's own, and only those run in other investigations here");
  }
  const Json given = arguments.find("arguments") != nullptr ? arguments.value("arguments") : Json::object();
  if (!given.is_object()) return arguments.wrong("arguments", "is no object");
  const std::vector<std::string> ids = arguments.texts("incidents");
  std::vector<Json> entries;
  for (const std::string& id : ids) {
    const Json where = Json::object().set("id", id);
    const auto ran =
        in_investigation(CommandArguments("executeCommandAt", where), "id", scene, [&](Investigation& other) {
          return command->run(CommandArguments(command->name, given), {other, scene.state, scene.script, scene.caller});
        });
    if (!ran)
      entries.push_back(
          text_entry(fmt::format("incident {}: {}", id.substr(0, 100), ran.error().message())).set("Type", 4));
  }
  const std::size_t done = ids.size() - entries.size();
  entries.push_back(
      text_entry(fmt::format("Command {} was executed on {} of {} incidents.", command->name, done, ids.size())));
  return entries;
}

constexpr BuiltInCommand kCommands[] = {
    {"Print", "put a value into the war room", "value", print},
    {"Set", "set a key of the context (append=true adds to what is there)", "key", set},
    {"SetByIncidentId", "set a key of the context of another investigation", "key", set_by_id},
    {"executeCommandAt", "run a command of the server in other investigations", "command", execute_at},
    {"DeleteContext", "delete a key of the context, or all=true", "key", delete_context},
    {"getContext", "the context of an investigation", "id", get_context},
};

}  // namespace

std::span<const BuiltInCommand> context_commands() { return kCommands; }

}  // namespace berth::server
