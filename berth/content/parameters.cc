#include "berth/content/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "berth/base/utf8.h"
#include "berth/content/parameter_value.h"
#include "berth/content/secret_parts.h"
#include "berth/content/suggestion.h"

namespace berth::content {
namespace {

constexpr std::size_t kShortestMaskedLine = 8;

std::string shown(std::string_view text) { return to_visible(text.substr(0, 100), false); }

Parameter undeclared(std::string_view name, ParameterType type) {
  Parameter parameter;
  parameter.name = std::string(name);
  parameter.type = type;
  return parameter;
}

// The declared parameters that have a value, and those that the platform adds by itself for what the integration does.
std::vector<Parameter> all_parameters(const Item& integration) {
  std::vector<Parameter> all;
  std::set<std::string, std::less<>> names;
  const auto add = [&](const Parameter& parameter) {
    if (has_value(parameter) && names.insert(parameter.name).second) all.push_back(parameter);
  };
  for (const Parameter& parameter : integration.parameters) add(parameter);
  const IntegrationFlags& flags = integration.flags;
  if (flags.fetch_incidents) add(undeclared("isFetch", ParameterType::Boolean));
  if (flags.fetch_incidents) add(undeclared("incidentType", ParameterType::IncidentType));
  if (flags.fetch_credentials) add(undeclared("isFetchCredentials", ParameterType::Boolean));
  if (flags.feed) add(undeclared("feed", ParameterType::Boolean));
  if (flags.long_running) add(undeclared("longRunning", ParameterType::Boolean));
  if (flags.long_running_port) add(undeclared("longRunningPort", ParameterType::ShortText));
  return all;
}

std::vector<std::string> names_of(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters) {
    names.push_back(parameter.name);
    if (parameter.type != ParameterType::Credentials) continue;
    if (!parameter.hidden_identifier) names.push_back(parameter.name + ".identifier");
    if (!parameter.hidden_password) names.push_back(parameter.name + ".password");
    names.push_back(parameter.name + ".sshkey");
  }
  return names;
}

// The parameter that a name stands for, and the member of it, for credentials.
struct Target {
  const Parameter* parameter = nullptr;
  std::string_view member;
};

Target find_target(const std::vector<Parameter>& parameters, std::string_view name) {
  const auto find = [&](std::string_view wanted) -> const Parameter* {
    const auto found =
        std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == wanted; });
    return found == parameters.end() ? nullptr : &*found;
  };
  if (const Parameter* whole = find(name)) return {whole, {}};
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view member = name.substr(dot + 1);
  const Parameter* owner = find(name.substr(0, dot));
  const bool is_member = member == "identifier" || member == "password" || member == "sshkey";
  if (owner == nullptr || owner->type != ParameterType::Credentials || !is_member) return {};
  return {owner, member};
}

std::unexpected<Error> refuse(std::string_view name, std::string_view reason) {
  return fail(Errc::InvalidInput, fmt::format("parameter '{}': {}", shown(name), reason));
}

std::unexpected<Error> unknown(std::string_view name, const std::vector<Parameter>& parameters) {
  return fail(Errc::InvalidInput,
              fmt::format("unknown parameter '{}'{}", shown(name), suggestion_for(name, names_of(parameters))));
}

std::unexpected<Error> inline_secret(std::string_view name) {
  return refuse(name, fmt::format("it is secret and would be seen in the list of processes; write {}=@file or {}=-",
                                  shown(name), shown(name)));
}

// Sets one member of a credentials value. The key lies deeper than the others.
void set_member(Json& value, std::string_view member, std::string text) {
  if (member != "sshkey") {
    value.set(member, std::move(text));
    return;
  }
  const Json* stored = value.find("credentials");
  Json inner = stored != nullptr ? *stored : Json::object();
  inner.set("sshkey", std::move(text));
  value.set("credentials", std::move(inner));
}

// The value for credentials given whole, under the parameter's own name.
Result<Json> whole_credentials(const Parameter& parameter, const Assignment& assignment, Json value) {
  std::string text = text_of(parameter, assignment);
  if (assignment.source == ValueSource::Inline) {
    if (parameter.hidden_identifier) return inline_secret(parameter.name);
    set_member(value, "identifier", std::move(text));
    return value;
  }
  if (const auto object = parse_json(text); object && object->is_object()) return typed_value(parameter, *object);
  if (parameter.hidden_identifier) {
    set_member(value, "password", std::move(text));
    return value;
  }
  return refuse(parameter.name, fmt::format("the file holds no JSON object; write {0}.identifier=... and "
                                            "{0}.password=@file",
                                            shown(parameter.name)));
}

class Check {
 public:
  explicit Check(const Item& integration) : parameters_(all_parameters(integration)) {}

  Result<Json> run(const Json& from_file, const std::vector<Assignment>& given) && {
    BERTH_CHECK_OK(take_file(from_file));
    for (const Assignment& assignment : given) BERTH_CHECK_OK(take(assignment));
    Json params = Json::object();
    for (const Parameter& parameter : parameters_) BERTH_CHECK_OK(settle(parameter, params));
    return params;
  }

 private:
  Result<void> take_file(const Json& from_file) {
    if (from_file.is_null()) return {};
    if (!from_file.is_object()) {
      return fail(Errc::InvalidInput, "the file of parameters is no JSON object; write {\"name\": value, ...}");
    }
    for (const auto& [name, json] : *from_file.as_object()) {
      const Target target = find_target(parameters_, name);
      if (target.parameter == nullptr || !target.member.empty()) return unknown(name, parameters_);
      if (values_.find(name) != nullptr) return refuse(name, "it stands twice in the file; keep one of them");
      const auto naming = [&] { return fmt::format("parameter '{}'", shown(name)); };
      BERTH_TRY(Json value, typed_value(*target.parameter, json).context(naming));
      values_.set(name, std::move(value));
    }
    return {};
  }

  Result<void> take(const Assignment& assignment) {
    if (!assignment.name) {
      return fail(Errc::InvalidInput, "a parameter has no name; write name=value, name=@file or name=-");
    }
    const std::string& name = *assignment.name;
    const Target target = find_target(parameters_, name);
    if (target.parameter == nullptr) return unknown(name, parameters_);
    if (!seen_.insert(name).second) return refuse(name, "it is given twice; give it once");
    const Parameter& parameter = *target.parameter;
    if (parameter.type == ParameterType::Credentials) return take_credentials(target, assignment);
    if (is_secret(parameter) && assignment.source == ValueSource::Inline && !assignment.value.empty()) {
      return inline_secret(name);
    }
    const auto naming = [&] { return fmt::format("parameter '{}'", shown(name)); };
    BERTH_TRY(Json value, typed_value(parameter, Json(text_of(parameter, assignment))).context(naming));
    values_.set(name, std::move(value));
    return {};
  }

  Result<void> take_credentials(const Target& target, const Assignment& assignment) {
    const Parameter& parameter = *target.parameter;
    const Json* stored = values_.find(parameter.name);
    Json value = stored != nullptr ? *stored : empty_value(parameter);
    if (target.member.empty()) {
      BERTH_TRY(value, whole_credentials(parameter, assignment, std::move(value)));
    } else {
      const bool is_open = target.member == "identifier";
      if (!is_open && assignment.source == ValueSource::Inline && !assignment.value.empty()) {
        return inline_secret(*assignment.name);
      }
      set_member(value, target.member, text_of(parameter, assignment));
    }
    values_.set(parameter.name, std::move(value));
    return {};
  }

  // Puts the value of `parameter` into `params`: the given one, else its default, else what nothing looks like.
  Result<void> settle(const Parameter& parameter, Json& params) const {
    const auto naming = [&] { return fmt::format("default of parameter '{}'", shown(parameter.name)); };
    Json value = empty_value(parameter);
    if (const Json* given = values_.find(parameter.name)) {
      value = *given;
    } else if (parameter.default_value) {
      Parameter open = parameter;
      open.options.clear();  // a default outside the options is the author's, and works on the original
      if (parameter.type == ParameterType::Credentials) {
        set_member(value, "identifier",
                   parameter.default_value->is_string() ? *parameter.default_value->as_string() : "");
      } else {
        BERTH_TRY(value, typed_value(open, *parameter.default_value).context(naming));
      }
    }
    const bool is_needed = parameter.required && !parameter.hidden && parameter.type != ParameterType::Boolean;
    if (is_needed && is_missing(parameter, value)) return missing(parameter);
    params.set(parameter.name, std::move(value));
    return {};
  }

  static std::unexpected<Error> missing(const Parameter& parameter) {
    const std::string name = shown(parameter.name);
    if (parameter.type == ParameterType::Credentials && !parameter.hidden_identifier) {
      return refuse(
          name, fmt::format("it is required and incomplete; add --param {0}.identifier=... --param {0}.password=@file",
                            name));
    }
    const bool is_hushed = is_secret(parameter) || parameter.type == ParameterType::Credentials;
    return refuse(name,
                  fmt::format("it is required and missing; add --param {}={}", name, is_hushed ? "@file" : "..."));
  }

  std::vector<Parameter> parameters_;
  Json values_ = Json::object();
  std::set<std::string> seen_;
};

void add_secret(std::vector<std::string>& secrets, const std::string& text) {
  if (text.empty()) return;
  secrets.push_back(text);
  if (text.find('\n') == std::string::npos) return;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    if (line.size() >= kShortestMaskedLine) secrets.push_back(std::move(line));
    at = end + 1;
  }
}

}  // namespace

Result<Json> check_parameters(const Item& integration, const Json& from_file, const std::vector<Assignment>& given) {
  const auto naming = [&] { return fmt::format("integration '{}'", shown(integration.name)); };
  return Check(integration).run(from_file, given).context(naming);
}

std::vector<std::string> secret_values(const Item& integration, const Json& params) {
  std::vector<std::string> secrets;
  for (const auto& [way, text] : split_secrets(integration, params).secrets) add_secret(secrets, text);
  const auto longer = [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  };
  std::sort(secrets.begin(), secrets.end(), longer);
  secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
  return secrets;
}

std::vector<std::string> parameter_names(const Item& integration) { return names_of(all_parameters(integration)); }

}  // namespace berth::content
