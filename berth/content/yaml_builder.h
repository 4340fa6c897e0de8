// Builds a YamlDocument from a parser's events.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/yaml_node.h"
#include "berth/content/yaml_reader.h"

namespace berth::content {

// Where an event stands in the text, and what is said of it beyond its kind. Views are read before the call returns.
struct YamlMark {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string_view anchor;  // empty when there is none
  std::string_view tag;     // in full; empty when there is none
};

// Takes the events of one document, in order, then gives the tree. Counts as it goes, so that the limits hold before
// memory is taken; keeps its own stack, so that depth costs none of the thread's.
class YamlBuilder {
 public:
  YamlBuilder(std::string_view name, YamlLimits limits) : document_(std::string(name)), limits_(limits) {}

  Result<void> scalar(std::string_view text, bool plain, const YamlMark& mark);
  Result<void> open(YamlKind kind, const YamlMark& mark);
  Result<void> close();
  Result<void> alias(const YamlMark& mark);  // its name is mark.anchor
  YamlDocument take() &&;

 private:
  // What a subtree weighs when every alias in it is written out.
  struct Weight {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
    std::size_t height = 0;  // levels of collections
  };
  struct Anchored {
    const YamlNode* node = nullptr;  // null while the node is still open
    Weight weight;
  };
  struct Level {
    YamlNode* node;
    std::size_t first_child;
    std::size_t nodes_before;
    std::size_t bytes_before;
    std::size_t height;  // of the highest child
    std::string anchor;
  };

  std::unexpected<Error> refuse(const YamlNode& at, std::string_view reason) const;
  std::unexpected<Error> exhausted(const YamlMark& at, std::string_view limit) const;
  Result<YamlNode*> make_node(YamlKind kind, const YamlMark& mark);
  Result<void> add(const YamlNode* node, std::size_t height);
  Result<void> count(std::size_t nodes, std::size_t bytes, const YamlMark& at);
  bool at_key() const;
  Result<void> close_mapping(YamlNode& node, std::vector<YamlEntry> entries);
  Result<std::vector<YamlEntry>> merged(std::vector<YamlEntry> entries);
  template <class T>
  void store(YamlNode& node, const T* first, std::size_t size);

  YamlDocument document_;
  YamlLimits limits_;
  std::size_t written_ = 0;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  std::vector<Level> levels_;
  std::vector<const YamlNode*> children_;  // of all open levels; keys and values in turn for a mapping
  std::map<std::string, Anchored, std::less<>> anchors_;
};

}  // namespace berth::content
