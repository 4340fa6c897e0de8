// How the keys of a configuration file are read into values: tables of names and setters.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/yaml_node.h"

namespace berth::app {

using content::YamlNode;

// Where a value stands, for errors.
struct Place {
  std::string_view file;
  std::string key;

  std::string text(const YamlNode& node) const {
    return fmt::format("{}:{}:{}: '{}'", file, node.line, node.column, key);
  }
  Place below(std::string_view part) const {
    return {file, key.empty() ? std::string(part) : fmt::format("{}.{}", key, part)};
  }
};

using SetValue = std::function<Result<void>(const YamlNode&, const Place&)>;
struct Key {
  std::string_view name;
  SetValue set;
};

// Reads a mapping by the table of what it may hold. Errors: InvalidInput with place and key, and the nearest name for a
// key that is not known; those of the setters.
Result<void> read_mapping(const YamlNode& node, const Place& place, const std::vector<Key>& keys);

// A setter of a mapping with keys of its own.
SetValue group(std::vector<Key> keys);

// A setter of one text, through a parser.
template <class Parse, class T>
SetValue with(Parse parse, T& into) {
  return [parse, &into](const YamlNode& node, const Place& place) -> Result<void> {
    if (!node.is_scalar()) return fail(Errc::InvalidInput, place.text(node) + " needs one value");
    auto value = parse(node.text());
    if (!value) return std::unexpected(std::move(value).error().in(place.text(node)));
    into = *std::move(value);
    return {};
  };
}

// A list of values, each through a parser.
template <class Parse, class T>
SetValue list_with(Parse parse, std::vector<T>& into) {
  return [parse, &into](const YamlNode& node, const Place& place) -> Result<void> {
    if (!node.is_sequence()) return fail(Errc::InvalidInput, place.text(node) + " needs a list of values");
    into.clear();
    for (const YamlNode* one : node.items()) {
      T value;
      BERTH_CHECK_OK(with(parse, value)(*one, place));
      into.push_back(std::move(value));
    }
    return {};
  };
}

// Parsers that many keys share.
Result<std::string> any_text(std::string_view text);
Result<std::string> absolute_path(std::string_view text);
Result<bool> on_or_off(std::string_view text);

}  // namespace berth::app
