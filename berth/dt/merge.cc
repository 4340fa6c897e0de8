#include "berth/dt/merge.h"

namespace berth::dt {

Result<void> merge(Json& context, std::string_view key, Json value, Script& script, ContextLimits limits) {
  Context whole(std::move(context), limits);
  auto merged = whole.merge(key, std::move(value), script);
  context = std::move(whole).take();
  return merged;
}

}  // namespace berth::dt
