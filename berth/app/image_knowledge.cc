#include "berth/app/image_knowledge.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/image/short_names.h"

namespace berth::app {
namespace {

constexpr std::string_view kDeprecated = "DEPRECATED_IMAGE";
constexpr std::string_view kReason = "DEPRECATED_REASON";

}  // namespace

ImageKnowledge knowledge_of(const image::LocalStore& store, const image::NamedImages& images,
                            const image::Reference& reference, const AskRegistry& ask) {
  ImageKnowledge known;
  const image::StoredImage* stored = images.find(reference);
  if (stored == nullptr) {
    if (!ask) {
      known.not_asked = "it is not on this machine, and no registry was asked";
      return known;
    }
    const auto answer = ask(reference);
    if (answer) {
      known.is_there = answer->is_there;
      known.created = answer->created;
      known.not_asked = "its registry was asked for the tag only";
    } else {
      known.not_asked = answer.error().message();
    }
    return known;
  }
  known.is_here = true;
  known.created = stored->created;
  image::Reference here = image::with_long_name(reference);
  if (here.registry.empty()) here.registry = "localhost";
  known.is_made_here = here.registry == "localhost" && std::ranges::any_of(stored->names, [&](const auto& name) {
                         return image::is_same_name(name, here);
                       });
  if (const auto image = store.read_image(*stored)) {
    known.is_config_known = true;
    const std::string deprecated = image->config.env_value(kDeprecated);
    known.is_deprecated = deprecated == "true" || deprecated == "True" || deprecated == "1";
    known.deprecation = to_visible(image->config.env_value(kReason).substr(0, 1000), false);
  } else {
    known.not_asked = image.error().message();
  }
  return known;
}

}  // namespace berth::app
