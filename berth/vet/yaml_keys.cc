#include "berth/vet/yaml_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/content/suggestion.h"

namespace berth::vet {

std::string YamlPlace::text(const content::YamlNode& node) const {
  if (key.empty()) return fmt::format("{}:{}:{}: what stands there", file, node.line, node.column);
  return fmt::format("{}:{}:{}: '{}'", file, node.line, node.column, key);
}

YamlPlace YamlPlace::below(std::string_view part) const {
  return {file, key.empty() ? std::string(part) : fmt::format("{}.{}", key, part)};
}

Result<void> read_yaml_keys(const content::YamlNode& node, const YamlPlace& place, const std::vector<YamlKey>& keys) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) return fail(Errc::InvalidInput, place.text(node) + " is no mapping of keys to values");
  for (const auto& [key, value] : node.entries()) {
    const YamlPlace here = place.below(key->text());
    const auto known = std::ranges::find(keys, key->text(), &YamlKey::name);
    if (known == keys.end()) {
      std::vector<std::string> names;
      for (const YamlKey& one : keys) names.emplace_back(one.name);
      return fail(Errc::InvalidInput,
                  fmt::format("{} is no key here{}", here.text(*key), content::suggestion_for(key->text(), names)));
    }
    BERTH_CHECK_OK(known->set(*value, here));
  }
  return {};
}

YamlSetter yaml_group(std::vector<YamlKey> keys) {
  return [keys = std::move(keys)](const content::YamlNode& node, const YamlPlace& place) {
    return read_yaml_keys(node, place, keys);
  };
}

}  // namespace berth::vet
