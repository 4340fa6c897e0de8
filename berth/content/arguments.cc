#include "berth/content/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"
#include "berth/content/suggestion.h"

namespace berth::content {
namespace {

constexpr std::array<std::string_view, 10> kReserved = {
    "debug-mode",     "raw-response",      "using",        "using-brand", "extend-context",
    "ignore-outputs", "execution-timeout", "auto-extract", "retry-count", "retry-interval"};

std::string shown(std::string_view text) {
  return to_visible(text.substr(0, 100), false) + (text.size() > 100 ? "..." : "");
}

const Argument* find_argument(const std::vector<Argument>& arguments, std::string_view name) {
  const auto found = std::find_if(arguments.begin(), arguments.end(), [&](const auto& a) { return a.name == name; });
  return found == arguments.end() ? nullptr : &*found;
}

class Check {
 public:
  explicit Check(const Signature& signature) : signature_(signature) {}

  Result<CallArguments> run(const std::vector<Assignment>& given) && {
    find_bare();
    for (const Assignment& assignment : given) BERTH_CHECK_OK(take(assignment));
    for (const Argument& argument : signature_.arguments) BERTH_CHECK_OK(settle(argument));
    for (auto& [name, value] : undeclared_) call_.args.set(name, std::move(value));
    return std::move(call_);
  }

 private:
  std::unexpected<Error> refuse(std::string_view reason) const {
    return fail(Errc::InvalidInput, fmt::format("{}: {}", signature_.owner, reason));
  }

  // Which argument a bare value goes to. Content in use declares several; that matters only once a bare value is given.
  void find_bare() {
    for (const Argument& argument : signature_.arguments) {
      if (!argument.takes_bare_value) continue;
      (bare_ == nullptr ? bare_ : second_bare_) = &argument;
    }
  }

  Result<void> take(const Assignment& assignment) {
    if (!assignment.name) return take_bare(assignment.value);
    const std::string& name = *assignment.name;
    if (find_argument(signature_.arguments, name) != nullptr) return keep(given_, name, assignment.value);
    if (is_reserved_argument(name)) {
      if (call_.reserved.find(name) != nullptr) return twice(name);
      call_.reserved.set(name, assignment.value);
      return {};
    }
    if (signature_.any_argument) {
      if (name.empty()) return refuse("an argument has no name; write name=value");
      return keep(undeclared_, name, assignment.value);
    }
    return refuse(fmt::format("unknown argument '{}'{}", shown(name),
                              signature_.arguments.empty()
                                  ? std::string("; it takes none")
                                  : suggestion_for(name, argument_names(signature_.arguments))));
  }

  Result<void> take_bare(const std::string& value) {
    if (bare_ == nullptr) {
      return refuse(fmt::format("no argument takes the bare value '{}'; write name=value", shown(value)));
    }
    if (second_bare_ != nullptr) {
      return refuse(
          fmt::format("arguments '{}' and '{}' are both declared 'default: true', so the bare value '{}' could "
                      "go to either; write name=value",
                      shown(bare_->name), shown(second_bare_->name), shown(value)));
    }
    return keep(given_, bare_->name, value);
  }

  std::unexpected<Error> twice(const std::string& name) const {
    return refuse(fmt::format("argument '{}' is given twice; give it once, a list with commas", shown(name)));
  }

  Result<void> keep(std::map<std::string, std::string>& values, const std::string& name, const std::string& value) {
    if (!values.emplace(name, value).second) return twice(name);
    return {};
  }

  // Puts the value of `argument` into the call: the given one, else its default.
  Result<void> settle(const Argument& argument) {
    const auto given = given_.find(argument.name);
    const bool is_given = given != given_.end();
    if (is_given) BERTH_CHECK_OK(check_options(argument, given->second));
    const std::string otherwise = argument.default_value.value_or("");
    const std::string& value = is_given ? given->second : otherwise;
    if (argument.required && value.empty()) {
      return refuse(fmt::format("argument '{}' is required and {}; add {}=...", shown(argument.name),
                                is_given ? "empty" : "missing", shown(argument.name)));
    }
    if (is_given && argument.deprecated)
      call_.notes.push_back(fmt::format("argument '{}' is deprecated", argument.name));
    if (!is_given && value.empty()) return {};
    if (argument.type != "keyValue") {
      call_.args.set(argument.name, value);
      return {};
    }
    BERTH_TRY(Json pairs, key_values(argument, value));
    call_.args.set(argument.name, std::move(pairs));
    return {};
  }

  // The values of a list argument are suggestions: content in use offers one and takes any.
  Result<void> check_options(const Argument& argument, const std::string& value) {
    if (!argument.is_closed) return {};
    const auto elements = argument.is_array ? list_elements(value) : std::vector<std::string>{value};
    for (const std::string& element : elements) {
      const auto& options = argument.options;
      if (std::find(options.begin(), options.end(), element) != options.end()) continue;
      if (argument.is_array) {
        call_.notes.push_back(
            fmt::format("argument '{}' has a value that is not among the predefined ones", argument.name));
        return {};
      }
      return refuse(fmt::format("argument '{}': '{}' is not one of its values{}", shown(argument.name),
                                argument.secret ? "***" : shown(element), suggestion_for(element, options)));
    }
    return {};
  }

  Result<Json> key_values(const Argument& argument, const std::string& value) const {
    if (trimmed(value).starts_with('{')) {
      auto object = parse_json(value);
      if (object && object->is_object()) return object;
    } else {
      Json pairs = Json::object();
      bool is_good = true;
      for (const std::string& element : list_elements(value)) {
        const std::size_t equals = element.find('=');
        is_good = is_good && equals != std::string::npos && equals > 0;
        if (is_good) pairs.set(trimmed(element.substr(0, equals)), trimmed(element.substr(equals + 1)));
      }
      if (is_good) return pairs;
    }
    return refuse(fmt::format("argument '{}' holds keys and values; write {}=key=value,key=value or a JSON object",
                              shown(argument.name), shown(argument.name)));
  }

  const Signature& signature_;
  const Argument* bare_ = nullptr;
  const Argument* second_bare_ = nullptr;
  std::map<std::string, std::string> given_;
  std::map<std::string, std::string> undeclared_;
  CallArguments call_;
};

}  // namespace

std::vector<std::string> argument_names(const std::vector<Argument>& arguments) {
  std::vector<std::string> names;
  for (const Argument& argument : arguments) names.push_back(argument.name);
  return names;
}

Result<CallArguments> check_arguments(const Signature& signature, const std::vector<Assignment>& given) {
  return Check(signature).run(given);
}

std::vector<std::string> list_elements(std::string_view text) {
  const std::string_view list = trimmed(text);
  if (list.starts_with('[') && list.ends_with(']')) {
    const auto json = parse_json(list);
    if (json && json->is_array()) {
      std::vector<std::string> elements;
      for (const Json& element : *json->as_array()) {
        const std::string* word = element.as_string();
        elements.push_back(word != nullptr ? *word : print_json(element));
      }
      return elements;
    }
  }
  std::vector<std::string> elements;
  if (list.empty()) return elements;
  for (std::size_t at = 0;;) {
    const std::size_t comma = list.find(',', at);
    elements.emplace_back(trimmed(list.substr(at, comma == std::string_view::npos ? comma : comma - at)));
    if (comma == std::string_view::npos) return elements;
    at = comma + 1;
  }
}

std::vector<std::string> secret_values(const std::vector<Argument>& arguments, const Json& args) {
  std::vector<std::string> secrets;
  for (const Argument& argument : arguments) {
    const Json* value = argument.secret ? args.find(argument.name) : nullptr;
    if (value == nullptr) continue;
    const std::string* text = value->as_string();
    secrets.push_back(text != nullptr ? *text : print_json(*value));
  }
  return secrets;
}

bool is_reserved_argument(std::string_view name) {
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

}  // namespace berth::content
