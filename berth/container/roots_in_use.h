// Which images' roots some process on this machine stands in, so that nobody takes them away.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/container/runtime_folder.h"

namespace berth::container {

struct RootsInUse {
  std::set<std::string> images;  // as the kept roots are named by them: the first kRootDigits digits of an image's id
  // Processes in a root of Berth's making that is no kept one: of an ordinary user, or one that was pruned. Which image
  // it has cannot be told from outside.
  std::size_t unknown = 0;
};

inline constexpr std::size_t kRootDigits = 24;

// Looks at the mounts of every process that this user may look at. Errors: those of reading the folders.
Result<RootsInUse> roots_in_use(const RuntimeFolder& folder);

// The image that a kept root belongs to, by its name. Pure.
std::string image_of_root(std::string_view name);

// The device ("0:52") of what a process has as its root, by the text of its mountinfo, when that is an overlay as Berth
// makes them; empty otherwise. Pure.
std::string device_of_berth_root(std::string_view mountinfo);

}  // namespace berth::container
