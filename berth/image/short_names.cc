#include "berth/image/short_names.h"

namespace berth::image {

Reference with_long_name(Reference reference) {
  if (!reference.registry.empty()) return reference;
  for (const auto& [brief, full] : kShortNames) {
    if (reference.path != brief) continue;
    reference.path = full;
    break;
  }
  return reference;
}

}  // namespace berth::image
