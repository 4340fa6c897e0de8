// What an engine says of its images, whose names and configurations are strangers': what is read of them is an id and
// texts, or nothing.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/image/engine_catalogue.h"
#include "berth/image/engine_images.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& image : berth::image::parse_engine_list(text)) {
    BERTH_ASSERT(berth::image::is_layer_id(image.id));
    BERTH_ASSERT(berth::image::is_digest(image.digest));
  }
  const auto inspected = berth::image::parse_inspected_image(text);
  if (inspected) {
    BERTH_ASSERT(berth::image::is_layer_id(inspected->id));
    for (const auto& variable : inspected->config.env) BERTH_ASSERT(variable.find('=') != std::string::npos);
  } else {
    BERTH_ASSERT(inspected.error().code() == berth::Errc::Corrupt);
  }
  if (const auto catalogue = berth::image::EngineCatalogue::parse("docker", text, text)) {
    for (const auto& image : catalogue->images()) BERTH_ASSERT(catalogue->find(image.id) != nullptr);
  }
  if (const auto steps = berth::image::parse_engine_history(text)) {
    for (const auto& step : *steps) BERTH_ASSERT(step.step.has_layer == (step.size_bytes > 0));
  }
  return 0;
}
