#include "berth/app/setting_keys.h"

#include <algorithm>

#include "berth/content/suggestion.h"

namespace berth::app {

Result<void> read_mapping(const YamlNode& node, const Place& place, const std::vector<Key>& keys) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) return fail(Errc::InvalidInput, place.text(node) + " is no mapping of keys to values");
  for (const auto& [key, value] : node.entries()) {
    const Place here = place.below(key->text());
    const auto known = std::ranges::find(keys, key->text(), &Key::name);
    if (known == keys.end()) {
      std::vector<std::string> names;
      for (const Key& one : keys) names.emplace_back(one.name);
      return fail(Errc::InvalidInput,
                  fmt::format("{} is no setting{}", here.text(*key), content::suggestion_for(key->text(), names)));
    }
    BERTH_CHECK_OK(known->set(*value, here));
  }
  return {};
}

SetValue group(std::vector<Key> keys) {
  return [keys = std::move(keys)](const YamlNode& node, const Place& place) { return read_mapping(node, place, keys); };
}

Result<std::string> any_text(std::string_view text) { return std::string(text); }

Result<std::string> absolute_path(std::string_view text) {
  if (text.starts_with('/')) return std::string(text);
  return fail(Errc::InvalidInput, fmt::format("'{}' is no absolute path", text));
}

Result<bool> on_or_off(std::string_view text) {
  if (text == "on" || text == "true" || text == "yes") return true;
  if (text == "off" || text == "false" || text == "no") return false;
  return fail(Errc::InvalidInput, fmt::format("'{}' is neither on nor off", text));
}

}  // namespace berth::app
