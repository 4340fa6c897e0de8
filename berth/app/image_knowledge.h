// What this machine, and a registry where one is asked, knows of an image that an item names.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "berth/app/image_rules.h"
#include "berth/app/settings.h"
#include "berth/image/image_config.h"
#include "berth/image/local_store.h"
#include "berth/image/named_images.h"
#include "berth/image/substitution.h"

namespace berth::app {

// What a registry says of a tag.
struct RegistryTag {
  bool is_there = false;
  std::string created;                       // RFC 3339, by the image's config; empty where it says none
  std::optional<image::ImageConfig> config;  // of the image, where it is there
};

// Asks the registry of an image. Errors: why it could not be asked.
using AskRegistry = std::function<Result<RegistryTag>(const image::Reference& reference)>;

// Asks the registries themselves, with the credentials and certificates of this machine, for manifest and config of an
// image: nothing else of it is fetched. Only images that are trusted are asked about. A registry that cannot be reached
// is asked once. Errors: those of move_settings.
Result<AskRegistry> ask_registries(const Settings& settings);

// The images of this machine: those of Berth's storage, or of an engine. Borrows them.
struct ImagesHere {
  const image::NamedImages& named;
  image::FindImage find;
  std::function<Result<image::LocalImage>(const image::StoredImage& image)> read;  // its configuration
};

// The image itself, not what an operator lets stand in for it. `ask` may be empty, and is used for what is not here.
ImageKnowledge knowledge_of(const ImagesHere& images, const image::Reference& reference, const AskRegistry& ask);

}  // namespace berth::app
