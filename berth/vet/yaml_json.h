// A YAML tree as JSON values. Pure.
#pragma once

#include "berth/base/json.h"
#include "berth/content/yaml_node.h"

namespace berth::vet {

// Every scalar becomes a text, as it stands there: `1.10` stays 1.10. Null stays null.
Json json_of_yaml(const content::YamlNode& node);

}  // namespace berth::vet
