// Which images may go, and their going.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/image_list.h"
#include "berth/app/leftover_prune.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

// What is to become of one image, and why.
struct PruneStep {
  std::string id;
  std::string digest;
  std::string title;  // its names; the beginning of its id where it has none
  std::uint64_t size_bytes = 0;
  bool goes = false;
  std::string reason;
};

// Decides for each image of `rows`, by these rules, the first that holds:
//   it stays when an item, a default, a lock file, a container or `image create` uses it;
//   it stays when neither Berth nor a trusted place it comes from says that it is Berth's to remove;
//   it goes when it has no name;
//   it goes when each of its names has a newer tag here;
//   it goes, with `all`, because nothing uses it; else it stays as the newest of its name.
// What goes stays after all when an image that stays is built on it. Pure.
std::vector<PruneStep> plan_prune(const std::vector<ImageRow>& rows, bool all);

struct PruneOptions {
  bool all = false;
  bool dry_run = false;
  std::function<void(std::string_view)> on_step;
};

struct PruneReport {
  std::vector<PruneStep> steps;
  std::vector<std::string> troubles;  // images that should have gone and did not, with the reason
  std::vector<LeftoverStep> leftovers;
};

// Plans, and removes what goes but for a dry run. When it cannot be found out who uses what, nothing goes. Right before
// each removal it looks once more whether the image has the same names and no container.
// Errors: Unavailable with what could not be found out; those of list_images.
Result<PruneReport> prune_images(const Settings& settings, const PruneOptions& options);

struct RemovedImage {
  std::string title;
  std::string id;
  bool only_untagged = false;  // it has other names, and stays
  std::uint64_t size_bytes = 0;
};

// Takes the name `text` from its image; the image goes with its last name. An id takes all names.
// Errors: InvalidInput while something uses the image, naming it: with `force` a container alone is in the way; those
// of finding the image and of the tools.
Result<RemovedImage> remove_image(const Settings& settings, std::string_view text, bool force);

}  // namespace berth::app
