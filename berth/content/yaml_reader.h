// Reads YAML from strangers: bounded in size, depth, nodes and aliases; nothing in it can make an object or loop.
#pragma once

#include <cstddef>
#include <string_view>

#include "berth/base/result.h"
#include "berth/content/yaml_node.h"

namespace berth::content {

struct YamlLimits {
  std::size_t bytes = 16 << 20;
  std::size_t written_nodes = 300'000;  // values as they stand in the text; some 60 ms of work
  std::size_t nodes = 1'000'000;        // the same, each alias counted as all that it stands for
  std::size_t depth = 64;               // mappings and sequences in each other, through aliases too
  std::size_t alias_bytes = 64 << 20;   // text of all values, each alias counted in full
};

// Parses one document. `name` is what errors call the text: "name:line:column: reason; remedy".
//
// Refused: what is not UTF-8, NUL and control characters, a second document, keys that stand twice, keys that are no
// text, an alias inside what it names, tags beyond the core ones (!!str, !!int, !!float, !!bool, !!null, !!timestamp,
// !!seq, !!map), directives but %YAML. Merge keys (`<<`) are carried out as YAML 1.1 readers do: the mapping's own keys
// win, then the first of several merged mappings.
//
// An empty text has a Null root.
// Errors: InvalidInput; Exhausted past a limit.
Result<YamlDocument> parse_yaml(std::string_view text, std::string_view name, YamlLimits limits = {});

}  // namespace berth::content
