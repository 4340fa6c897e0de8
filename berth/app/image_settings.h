// The keys below `images` that say which images may be used, and how registries are reached.
#pragma once

#include <map>
#include <string>

#include "berth/app/setting_keys.h"
#include "berth/image/registry_access.h"
#include "berth/image/trust.h"

namespace berth::app {

using RegistryRows = std::map<std::string, image::RegistryRow, std::less<>>;

// The setter of `images.trusted`: the word `any`, or a mapping of lists, each of which takes the place of its default.
// `into` lives as long as the setter.
SetValue trusted_images(image::TrustPolicy& into);

// The setter of `images.registries`: a mapping of registries to how they are reached.
SetValue registries_reached(RegistryRows& into);

}  // namespace berth::app
