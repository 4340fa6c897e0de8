// The image that a call of an item is to have: what it names, pinned by its tree's lock file.
#pragma once

#include <string>
#include <string_view>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/content/content_tree.h"
#include "berth/content/item.h"
#include "berth/image/kept_locks.h"
#include "berth/image/reference.h"

namespace berth::app {

struct ItemImage {
  std::string written;         // by the item, the user or the operator
  std::string reason;          // whose choice it was, for people
  image::Reference reference;  // `written`, with the digest of the lock file where that has one
  bool is_locked = false;      // its digest is the lock file's
  std::string warning;         // empty for none
};

// `asked` is what the user named, empty for nothing; it goes first, and no lock holds for it. `tree` is the item's,
// null for none; its lock is one of `locks`. Errors: those of content::choose_image and image::parse_reference;
// InvalidInput when the item names the tag `latest`, which means another image every day, or pins another digest than
// the lock; those of reading the lock.
Result<ItemImage> image_for(const content::Item& item, std::string_view asked, const Settings& settings,
                            const content::ContentTree* tree, image::KeptLocks& locks);

// Why an item may not name `reference`, with the remedy; empty when it may. Pure.
std::string complaint_about_tag(const image::Reference& reference, std::string_view item);

}  // namespace berth::app
