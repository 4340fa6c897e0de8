// Makes the lock file of a content tree.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/content/content_index.h"
#include "berth/image/image_lock.h"
#include "berth/image/named_images.h"

namespace berth::app {

struct LockChange {
  std::string written;  // the image as items write it
  std::string before;   // digest; empty: it is new
  std::string after;    // digest; empty: no item names it any more
};

struct LockPlan {
  image::ImageLock lock;
  std::vector<LockChange> changes;
  std::vector<std::string> problems;  // images that cannot be locked, with the items that name them
};

// The lock for the items of `index`. What `before` has stays as it is, unless `update`; what no item names goes. Images
// that an item pins itself need no lock. Nothing stands in for an image here: a lock names the image itself. Pure.
LockPlan plan_lock(const content::ContentIndex& index, const image::ImageLock& before, const image::NamedImages& images,
                   const Settings& settings, bool update);

struct LockReport {
  std::filesystem::path file;
  LockPlan plan;
  bool differs = false;  // from what was there, which may have been nothing, or not to be read
  bool written = false;  // false: it was like that already, or `dry_run`
};

struct LockOptions {
  std::string tree;  // a registered source, or the path of a folder with `Packs/`; empty: the only source there is
  bool update = false;
  bool dry_run = false;
};

// Errors: NotFound for a source that is not registered; InvalidInput for what is no tree of its own (one that was
// fetched is locked where it comes from); those of reading a lock, unless `update`, and of the store.
Result<LockReport> lock_images(const Settings& settings, const LockOptions& options);

}  // namespace berth::app
