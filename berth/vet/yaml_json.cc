#include "berth/vet/yaml_json.h"

#include <string>

namespace berth::vet {

Json json_of_yaml(const content::YamlNode& node) {
  switch (node.kind) {
    case content::YamlKind::Null:
      return nullptr;
    case content::YamlKind::Scalar:
      return Json(node.text());
    case content::YamlKind::Sequence: {
      Json::Array items;
      for (const content::YamlNode* item : node.items()) items.push_back(json_of_yaml(*item));
      return Json(std::move(items));
    }
    case content::YamlKind::Mapping: {
      Json::Object members;
      for (const auto& [key, value] : node.entries()) {
        members.emplace_back(std::string(key->text()), json_of_yaml(*value));
      }
      return Json(std::move(members));
    }
  }
  return nullptr;
}

}  // namespace berth::vet
