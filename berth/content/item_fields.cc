#include "berth/content/item_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "berth/base/utf8.h"
#include "berth/content/timeout.h"

namespace berth::content {
namespace {

constexpr std::size_t kLongestName = 512;

std::string name_of(Section& owner) {
  std::string name = owner.needed_text("name");
  if (const std::string problem = problem_of_name(name); !problem.empty()) {
    owner.notes().refuse(owner.node(), owner.way_to("name"), problem);
  }
  return name;
}

// A default as the text that code will see. A list becomes what content's own helpers split again.
std::optional<std::string> default_text(Section& owner, std::string_view key) {
  const YamlNode* value = owner.take(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_scalar()) return std::string(value->text());
  if (!value->is_sequence()) {
    owner.notes().warn(*value, owner.way_to(key), "a mapping cannot be a default; left aside");
    return std::nullopt;
  }
  const std::vector<std::string> items = owner.texts(key);
  return fmt::format("{}", fmt::join(items, ","));
}

std::optional<Json> default_json(Section& owner, std::string_view key) {
  const YamlNode* value = owner.take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_sequence()) {
    auto text = default_text(owner, key);
    return text ? std::optional<Json>(std::move(*text)) : std::nullopt;
  }
  Json items = Json::array();
  for (std::string& item : owner.texts(key)) items.push_back(std::move(item));
  return items;
}

Argument argument_of(Section& section) {
  Argument argument;
  argument.name = name_of(section);
  argument.description = section.text("description");
  argument.required = section.flag("required", Weight::Needed);
  argument.takes_bare_value = section.flag("default", Weight::Needed);
  argument.default_value = default_text(section, "defaultValue");
  argument.is_array = section.flag("isArray", Weight::Needed);
  argument.is_closed = section.text("auto") == "PREDEFINED";
  argument.options = section.texts("predefined", Weight::Needed);
  argument.type = section.text("type");
  argument.secret = section.flag("secret", Weight::Needed);
  argument.deprecated = section.flag("deprecated");
  section.leave({"prettypredefined", "hidden", "prettyname", "supportedModules", "isarray", "defaultvalue"});
  if (argument.is_closed && argument.options.empty()) {
    section.notes().warn(section.node(), section.way_to("auto"), "PREDEFINED without 'predefined': any value is taken");
    argument.is_closed = false;
  }
  section.finish();
  return argument;
}

// `hidden` is true, false, or the list of marketplaces where it holds; on-premises counts as xsoar.
bool hidden_here(Section& section) {
  const YamlNode* value = section.take("hidden");
  if (value == nullptr || !value->is_sequence()) return section.flag("hidden");
  const std::vector<std::string> places = section.texts("hidden");
  return std::any_of(places.begin(), places.end(),
                     [](const auto& place) { return place == "xsoar" || place == "xsoar_on_prem"; });
}

Parameter parameter_of(Section& section) {
  Parameter parameter;
  parameter.name = name_of(section);
  parameter.type = ParameterType{section.whole("type", Weight::Needed).value_or(0)};
  parameter.display = section.text("display");
  parameter.default_value = default_json(section, "defaultvalue");
  parameter.required = section.flag("required", Weight::Needed);
  parameter.hidden_identifier = section.flag("hiddenusername");
  parameter.hidden_password = section.flag("hiddenpassword");
  const YamlNode* hidden = section.take("hidden");
  parameter.hidden = hidden_here(section);
  if (parameter.type == ParameterType::Credentials && parameter.name == "credentials" && hidden != nullptr &&
      hidden->is_sequence()) {
    parameter.hidden_identifier = parameter.hidden_password = parameter.hidden;
    parameter.hidden = false;
  }
  parameter.options = section.texts("options", Weight::Needed);
  section.leave({"displaypassword", "additionalinfo", "section", "advanced", "fromlicense", "supportedModules", "info",
                 "defaultValue"});
  section.finish();
  return parameter;
}

Command command_of(Section& section) {
  Command command;
  command.name = name_of(section);
  command.description = section.text("description");
  command.arguments = arguments_of(section, "arguments");
  command.outputs = outputs_of(section);
  command.timeout = timeout_of(section);
  command.deprecated = section.flag("deprecated");
  command.execution = section.flag("execution");
  command.polling = section.flag("polling");
  command.hidden = hidden_here(section);
  section.leave({"important", "system", "prettyname", "quickaction", "compliantpolicies", "supportedModules"});
  section.finish();
  return command;
}

// Every mapping of the list under `key`, made by `make`; of two with the same name only the first.
template <class T, class Make>
std::vector<T> named(Section& owner, std::string_view key, Make make) {
  std::vector<T> result;
  std::set<std::string> seen;
  for (Section& section : owner.sections(key, Weight::Needed)) {
    T made = make(section);
    if (seen.insert(made.name).second) {
      result.push_back(std::move(made));
    } else {
      owner.notes().warn(section.node(), section.way_to("name"),
                         fmt::format("'{}' stands twice; the first counts", to_visible(made.name, false)));
    }
  }
  return result;
}

}  // namespace

std::vector<Argument> arguments_of(Section& owner, std::string_view key) {
  return named<Argument>(owner, key, argument_of);
}

std::vector<Command> commands_of(Section& owner) { return named<Command>(owner, "commands", command_of); }

std::vector<Parameter> parameters_of(Section& owner) { return named<Parameter>(owner, "configuration", parameter_of); }

std::vector<Output> outputs_of(Section& owner) {
  std::vector<Output> result;
  for (Section& section : owner.sections("outputs")) {
    result.push_back({section.text("contextPath"), section.text("description"), section.text("type")});
    section.leave({"contentPath", "important", "importantDescription"});
    section.finish();
  }
  return result;
}

IntegrationFlags flags_of(Section& script, Weight weight) {
  IntegrationFlags flags;
  const std::pair<const char*, bool*> table[] = {{"isfetch", &flags.fetch_incidents},
                                                 {"isfetchevents", &flags.fetch_events},
                                                 {"isfetchassets", &flags.fetch_assets},
                                                 {"isfetchcredentials", &flags.fetch_credentials},
                                                 {"isFetchCredentials", &flags.fetch_credentials},
                                                 {"isFetchSamples", &flags.fetch_samples},
                                                 {"feed", &flags.feed},
                                                 {"longRunning", &flags.long_running},
                                                 {"longRunningPort", &flags.long_running_port},
                                                 {"ismappable", &flags.mappable},
                                                 {"isremotesyncin", &flags.remote_sync_in},
                                                 {"isremotesyncout", &flags.remote_sync_out}};
  for (const auto& [key, flag] : table) *flag = script.flag(key, weight) || *flag;
  return flags;
}

std::optional<std::chrono::nanoseconds> timeout_of(Section& owner) {
  const std::string text = owner.text("timeout", Weight::Needed);
  if (text.empty()) return std::nullopt;
  auto timeout = parse_timeout(text);
  if (timeout) return *timeout;
  owner.notes().refuse(*owner.take("timeout"), owner.way_to("timeout"), timeout.error().message());
  return std::nullopt;
}

std::string problem_of_name(std::string_view text) {
  if (text.size() > kLongestName) return fmt::format("it is longer than {} bytes", kLongestName);
  const std::string visible = to_visible(text, false);
  if (visible == text) return {};
  return fmt::format("'{}' holds invisible characters; remove them", visible);
}

}  // namespace berth::content
