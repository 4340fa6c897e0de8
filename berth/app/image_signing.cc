#include "berth/app/image_signing.h"

#include <fmt/format.h>

#include "berth/sys/full_disk.h"

namespace berth::app {

Result<image::SignedImage> sign_image(const Settings& settings, const std::string& name,
                                      const std::filesystem::path& key, const OnStep& on_step) {
  BERTH_TRY(const image::Reference reference, image::parse_reference(name));
  // A key that cannot be used is found before anybody is asked.
  BERTH_TRY(const image::PrivateKey private_key, image::PrivateKey::read(key));
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  return sys::with_room_advice(image::sign_image(reference, private_key, moves));
}

Result<image::VerifiedImage> verify_image(const Settings& settings, const std::string& name,
                                          const std::filesystem::path& key, const OnStep& on_step) {
  BERTH_TRY(const image::Reference reference, image::parse_reference(name));
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  if (key.empty()) return sys::with_room_advice(image::verify_image(reference, std::nullopt, moves));
  image::PublicKey public_key = image::read_public_key(key);
  if (!public_key.problem.empty()) {
    return fail(Errc::InvalidInput,
                fmt::format("verify image '{}': the key '{}': {}", name, key.native(), public_key.problem));
  }
  return sys::with_room_advice(image::verify_image(reference, std::move(public_key), moves));
}

}  // namespace berth::app
