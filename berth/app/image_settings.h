// The keys below `images` that say which images may be used.
#pragma once

#include "berth/app/setting_keys.h"
#include "berth/image/trust.h"

namespace berth::app {

// The setter of `images.trusted`: the word `any`, or a mapping of lists, each of which takes the place of its default.
// `into` lives as long as the setter.
SetValue trusted_images(image::TrustPolicy& into);

}  // namespace berth::app
