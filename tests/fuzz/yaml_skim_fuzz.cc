// Any bytes as the YAML of an item to be listed: the shortcut neither crashes nor reads past the text, and whatever it
// gives is listed or refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/content/indexed_item.h"
#include "berth/content/yaml_skim.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto skimmed = berth::content::skim_yaml(text)) BERTH_ASSERT(skimmed->size() <= 4 * size + 64);
  const auto item = berth::content::indexed_item_of(text, "x.yml", "xsoar");
  if (item) {
    BERTH_ASSERT(!item->name.empty() && !item->id.empty());
  } else {
    BERTH_ASSERT(item.error().message().find('\n') == std::string_view::npos);
  }
  return 0;
}
