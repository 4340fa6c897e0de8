// Any bytes as the YAML of a content item: parsed, bounded, and read as an item, or refused with a reason.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/content/image_choice.h"
#include "berth/content/item_parser.h"
#include "berth/content/yaml_reader.h"

namespace {

// Visits every node once more than its aliases say; aborts where the tree breaks a promise.
std::size_t count(const berth::content::YamlNode& node, std::string_view text, std::size_t depth) {
  BERTH_ASSERT(depth <= 65);
  BERTH_ASSERT(node.begin <= node.end && node.end <= text.size());
  BERTH_ASSERT(node.line >= 1 && node.column >= 1);
  std::size_t nodes = 1;
  for (const auto* item : node.items()) nodes += count(*item, text, depth + 1);
  for (const auto& entry : node.entries()) {
    BERTH_ASSERT(!entry.key->text().empty());
    nodes += 1 + count(*entry.value, text, depth + 1);
  }
  return nodes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const berth::content::YamlLimits limits = {.nodes = 10'000};
  const auto document = berth::content::parse_yaml(text, "x.yml", limits);
  if (!document) {
    BERTH_ASSERT(!document.error().message().empty());
    BERTH_ASSERT(document.error().message().find('\n') == std::string::npos);
    return 0;
  }
  BERTH_ASSERT(count(document->root(), text, 0) <= limits.nodes);
  const auto item = berth::content::parse_item(*document);
  if (!item) {
    BERTH_ASSERT(item.error().message().find('\n') == std::string::npos);
    return 0;
  }
  BERTH_ASSERT(!item->name.empty() && item->id.find('/') == std::string::npos);
  static_cast<void>(berth::content::choose_image(*item, "", {"a:1", "b:1"}));
  return 0;
}
