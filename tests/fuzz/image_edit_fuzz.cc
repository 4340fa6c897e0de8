// Setting the image of an item whose YAML is a stranger's: what stands around the scalar stays as it is.
#include "berth/content/image_edit.h"

#include <algorithm>

#include "berth/base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kImage = "demisto/python3:3.12.1.9";
  const auto edit = berth::content::with_image(text, "item.yml", kImage, "xsoar");
  if (!edit) return 0;
  const std::string_view after = edit->text;
  const auto prefix = static_cast<std::size_t>(std::ranges::mismatch(text, after).in1 - text.begin());
  const auto from_end = std::mismatch(text.rbegin(), text.rend(), after.rbegin(), after.rend());
  const auto suffix = static_cast<std::size_t>(from_end.first - text.rbegin());
  // What was put in lies in one place, and is the image with at most a key, indentation, quotes and a line end.
  BERTH_ASSERT(after.contains(kImage));
  BERTH_ASSERT(prefix + suffix + kImage.size() + 4096 > after.size() || prefix + suffix >= text.size());
  const auto again = berth::content::with_image(after, "item.yml", kImage, "xsoar");
  BERTH_ASSERT(again && again->text == after && again->before == kImage);
  return 0;
}
