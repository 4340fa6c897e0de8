#include "berth/app/item_image.h"

#include <fmt/format.h>

#include "berth/content/image_choice.h"
#include "berth/image/image_lock.h"

namespace berth::app {

std::string complaint_about_tag(const image::Reference& reference, std::string_view item) {
  if (reference.tag != "latest" || !reference.digest.empty()) return {};
  return fmt::format(
      "the image '{}' has the tag 'latest', which means another image every day; name a version, or a digest "
      "(berth content set-image '{}' {}:VERSION)",
      image::to_string(reference), item, image::name_of(reference));
}

Result<ItemImage> image_for(const content::Item& item, std::string_view asked, const Settings& settings,
                            const content::ContentTree* tree, image::KeptLocks& locks) {
  const content::DefaultImages defaults{settings.default_python2, settings.default_python3};
  BERTH_TRY(content::ImageChoice choice, content::choose_image(item, asked, defaults));
  BERTH_TRY(image::Reference reference, image::parse_reference(choice.image).context([&] { return choice.reason; }));
  ItemImage chosen{choice.image, std::move(choice.reason), std::move(reference), false, {}};
  if (!asked.empty()) return chosen;
  const auto doing = [&] {
    return fmt::format("choose an image for {} '{}'", content::kind_text(item.kind), item.name);
  };
  if (item.docker_image) {
    const std::string complaint = complaint_about_tag(chosen.reference, item.id.empty() ? item.name : item.id);
    if (!complaint.empty()) return fail(Errc::InvalidInput, fmt::format("{}: {}", doing(), complaint));
  }
  if (tree == nullptr) return chosen;
  BERTH_TRY(const image::ImageLock* lock, locks.of(tree->root()).context(doing));
  if (lock == nullptr) return chosen;
  BERTH_TRY(image::LockedReference locked,
            image::locked(*lock, chosen.written, std::move(chosen.reference)).context(doing));
  chosen.reference = std::move(locked.reference);
  chosen.is_locked = locked.is_locked;
  if (locked.is_locked) {
    chosen.reason += fmt::format(", and the lock file '{}' pins it", (tree->root() / image::kLockFile).native());
  } else {
    chosen.warning = fmt::format("the lock file '{}' does not have the image '{}'; add it with 'berth image lock'",
                                 (tree->root() / image::kLockFile).native(), chosen.written);
  }
  return chosen;
}

}  // namespace berth::app
