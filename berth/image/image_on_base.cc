#include "berth/image/image_on_base.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "berth/base/json.h"
#include "berth/base/sha256.h"
#include "berth/base/utc_text.h"
#include "berth/image/image_config.h"
#include "berth/image/manifest.h"

namespace berth::image {
namespace {

constexpr std::string_view kConfigType = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kLayerType = "application/vnd.oci.image.layer.v1.tar";

std::unexpected<Error> refuse(std::string_view reason) {
  return fail(Errc::Corrupt, fmt::format("the image that was built: {}", reason));
}

// Those of the base stay where they are, so that one that is replaced keeps its place.
Json with_variables(const Json* before, const std::vector<std::string>& added) {
  Json::Array variables;
  if (before != nullptr && before->as_array() != nullptr) variables = *before->as_array();
  for (const std::string& one : added) {
    const std::string name = one.substr(0, one.find('=') + 1);
    const auto has_name = [&](const Json& there) {
      return there.as_string() != nullptr && there.as_string()->starts_with(name);
    };
    const auto found = std::ranges::find_if(variables, has_name);
    if (found == variables.end()) {
      variables.emplace_back(one);
    } else {
      *found = Json(one);
    }
  }
  return variables;
}

// What is added without a value is there neither, also where the base has it.
Json with_labels(const Json* before, const Labels& added) {
  Json labels = Json::object();
  if (before != nullptr && before->is_object()) {
    for (const auto& [name, value] : *before->as_object()) {
      if (std::ranges::find(added, name, &Labels::value_type::first) == added.end()) labels.set(name, value);
    }
  }
  for (const auto& [name, value] : added) {
    if (!value.empty()) labels.set(name, value);
  }
  return labels;
}

Result<void> check_layers(const Json& base, const std::vector<PlainLayer>& layers) {
  const Json* root = base.find("rootfs");
  const Json* ids = root == nullptr ? nullptr : root->find("diff_ids");
  if (ids == nullptr || ids->as_array() == nullptr) return refuse("its base names no layers");
  const Json::Array& below = *ids->as_array();
  const auto is_same = [](const Json& id, const PlainLayer& layer) {
    return id.as_string() != nullptr && *id.as_string() == layer.digest;
  };
  const bool is_on_base =
      layers.size() == below.size() + 1 && std::equal(below.begin(), below.end(), layers.begin(), is_same);
  return is_on_base ? Result<void>() : refuse("it is not its base with one more layer");
}

Json descriptor(std::string_view type, std::string_view digest, std::uint64_t size_bytes) {
  return Json(Json::Object{{"mediaType", type}, {"digest", digest}, {"size", size_bytes}});
}

}  // namespace

Result<ImageDocuments> image_on_base(std::string_view base_config, const std::vector<PlainLayer>& layers,
                                     const BuildOrder& order) {
  if (base_config.size() > kMaxConfigBytes) return refuse("the configuration of its base is too long");
  BERTH_TRY(const Json base,
            parse_json(base_config, {.depth = 32}).context([] { return "read the configuration of the base"; }));
  BERTH_CHECK_OK(check_layers(base, layers));
  const std::string created = utc_text(std::chrono::system_clock::from_time_t(order.time));

  const Json* before = base.find("config");
  Json run = before != nullptr && before->is_object() ? *before : Json::object();
  run.set("Env", with_variables(run.find("Env"), order.environment));
  run.set("Labels", with_labels(run.find("Labels"), order.labels));

  Json config = Json::object();
  config.set("created", created);
  for (const char* key : {"author", "architecture", "variant", "os", "os.version", "os.features"}) {
    if (const Json* value = base.find(key)) config.set(key, *value);
  }
  config.set("config", std::move(run));
  Json ids = Json::array();
  for (const PlainLayer& layer : layers) ids.push_back(layer.digest);
  config.set("rootfs", Json(Json::Object{{"type", "layers"}, {"diff_ids", std::move(ids)}}));
  const Json* past = base.find("history");
  Json history = past != nullptr && past->as_array() != nullptr ? *past : Json::array();
  history.push_back(Json(Json::Object{{"created", created}, {"created_by", kCreatedBy}}));
  config.set("history", std::move(history));

  ImageDocuments made;
  made.config = print_json(config);
  made.id = sha256_hex(made.config);
  Json described = Json::array();
  for (const PlainLayer& layer : layers) described.push_back(descriptor(kLayerType, layer.digest, layer.size_bytes));
  Json manifest(Json::Object{{"schemaVersion", 2},
                             {"mediaType", kOciManifestType},
                             {"config", descriptor(kConfigType, "sha256:" + made.id, made.config.size())},
                             {"layers", std::move(described)}});
  if (!order.annotations.empty()) manifest.set("annotations", with_labels(nullptr, order.annotations));
  made.manifest = print_json(manifest);
  return made;
}

}  // namespace berth::image
