// The verbs about signatures of images.
#pragma once

#include <filesystem>
#include <string>

#include "berth/app/image_moves.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/image_signing.h"

namespace berth::app {

// image/image_signing.h. `name` is what a person writes, `key` the file of a private key. Errors: those, and of
// PrivateKey::read.
Result<image::SignedImage> sign_image(const Settings& settings, const std::string& name,
                                      const std::filesystem::path& key, const OnStep& on_step);

// `key` is the file of a public key; empty: by what the setting asks for. Errors: those, and of parse_public_key.
Result<image::VerifiedImage> verify_image(const Settings& settings, const std::string& name,
                                          const std::filesystem::path& key, const OnStep& on_step);

}  // namespace berth::app
