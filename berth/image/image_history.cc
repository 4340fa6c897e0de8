#include "berth/image/image_history.h"

#include <fmt/format.h>

#include "berth/base/json.h"
#include "berth/image/image_config.h"
#include "berth/image/reference.h"

namespace berth::image {
namespace {

constexpr JsonLimits kLimits = {.depth = 32, .values = 100'000};

std::unexpected<Error> refuse(std::string_view member, std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read the image's config: {}: {}", member, why));
}

Result<std::vector<std::string>> diff_ids_of(const Json& config) {
  std::vector<std::string> ids;
  const Json* root = config.find("rootfs");
  const Json* list = root != nullptr ? root->find("diff_ids") : nullptr;
  if (list == nullptr || list->is_null()) return ids;
  if (!list->is_array()) return refuse("rootfs.diff_ids", "it is not a list");
  for (const Json& id : *list->as_array()) {
    if (!id.is_string() || !is_digest(*id.as_string())) return refuse("rootfs.diff_ids", "an item is not a digest");
    ids.push_back(*id.as_string());
  }
  return ids;
}

}  // namespace

Result<ImageHistory> parse_image_history(std::string_view config) {
  if (config.size() > kMaxConfigBytes)
    return fail(Errc::Corrupt, "read the image's config: it is over the limit of 1 MiB");
  const auto json = parse_json(config, kLimits);
  if (!json) return fail(Errc::Corrupt, fmt::format("read the image's config: {}", json.error().message()));
  ImageHistory history;
  history.created = json->text_or("created", "");
  history.architecture = json->text_or("architecture", "");
  history.os = json->text_or("os", "");
  history.author = json->text_or("author", "");
  BERTH_TRY(history.diff_ids, diff_ids_of(*json));
  const Json* steps = json->find("history");
  if (steps == nullptr || steps->is_null()) return history;
  if (!steps->is_array()) return refuse("history", "it is not a list");
  for (const Json& step : *steps->as_array()) {
    if (!step.is_object()) return refuse("history", "an item is not an object");
    const Json* empty = step.find("empty_layer");
    const bool is_empty = empty != nullptr && empty->is_bool() && *empty->as_bool();
    history.steps.push_back(
        {step.text_or("created", ""), step.text_or("created_by", ""), step.text_or("comment", ""), !is_empty});
  }
  return history;
}

}  // namespace berth::image
