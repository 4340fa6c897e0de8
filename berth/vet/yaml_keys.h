// Reads mappings of known keys from YAML: what is not known is an error with a suggestion. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/yaml_node.h"

namespace berth::vet {

// Where a value stands, for errors: "vet.yaml:3:5: 'licences.allow'".
struct YamlPlace {
  std::string_view file;
  std::string key;

  std::string text(const content::YamlNode& node) const;
  YamlPlace below(std::string_view part) const;
};

using YamlSetter = std::function<Result<void>(const content::YamlNode&, const YamlPlace&)>;
struct YamlKey {
  std::string_view name;
  YamlSetter set;
};

// Sets each key that stands there, in their order; nothing where the mapping is empty. Errors: InvalidInput.
Result<void> read_yaml_keys(const content::YamlNode& node, const YamlPlace& place, const std::vector<YamlKey>& keys);

YamlSetter yaml_group(std::vector<YamlKey> keys);

// A setter of one text, through a parser that returns a Result. Errors: InvalidInput, with the place.
template <class Parse, class T>
YamlSetter yaml_value(Parse parse, T& into) {
  return [parse, &into](const content::YamlNode& node, const YamlPlace& place) -> Result<void> {
    if (!node.is_scalar()) return fail(Errc::InvalidInput, place.text(node) + " needs one value");
    auto value = parse(node.text());
    if (!value) return std::unexpected(std::move(value).error().in(place.text(node)));
    into = *std::move(value);
    return {};
  };
}

// A list of such texts.
template <class Parse, class T>
YamlSetter yaml_list(Parse parse, std::vector<T>& into) {
  return [parse, &into](const content::YamlNode& node, const YamlPlace& place) -> Result<void> {
    if (!node.is_sequence()) return fail(Errc::InvalidInput, place.text(node) + " needs a list of values");
    into.clear();
    for (const content::YamlNode* one : node.items()) {
      T value;
      BERTH_CHECK_OK(yaml_value(parse, value)(*one, place));
      into.push_back(std::move(value));
    }
    return {};
  };
}

}  // namespace berth::vet
