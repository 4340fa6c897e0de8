// Makes a base image from a distribution's packages.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/image/base_recipe.h"
#include "berth/image/reference.h"

namespace berth::image {

struct BaseImageOptions {
  const BaseRecipe* recipe = &python3_recipe();
  // Berth's cache and state folders (/var/cache/berth, /var/lib/berth).
  std::filesystem::path cache_folder;
  std::filesystem::path state_folder;
  // The storage as find_graph_root gives it. When an operator's setting named it, `storage_is_set` is true and the
  // tools are told; otherwise they find it by the machine's configuration, as every user of them does.
  std::filesystem::path graph_root;
  bool storage_is_set = false;
  // The user for whom this is root of a namespace of their own; none: root of the machine.
  std::optional<uid_t> ordinary_user;

  std::filesystem::path etc_apt = "/etc/apt";
  std::filesystem::path os_release = "/etc/os-release";
  // Package sources of a recipe with a release of its own, in apt's form; empty: the machine's own archives, with the
  // release's name in the place of the machine's.
  std::filesystem::path release_sources;
  // Builds even when an image from the same inputs is there, to show that it comes out the same.
  bool rebuild = false;
  std::chrono::seconds time_limit = std::chrono::minutes(20);  // of the whole
  std::function<void(std::string_view)> on_step;               // one line for a person as each step begins
  // Judges the wheels that were fetched into a folder, before anything of them is installed; its error ends the making.
  std::function<Result<void>(const std::filesystem::path&)> judge_wheels;
};

struct BaseImage {
  Reference reference;  // berth/python3-deb:3.11.2.1
  std::string id;
  std::string digest;
  std::uint64_t size_bytes = 0;
  bool made = false;  // false: an equal one was there, and nothing was changed
  std::string why;    // one line: what decided that
};

// Makes the image and puts it into the storage under the next free tag `<python version>.<revision>`.
//
// The package list with versions is resolved first. When an image from the same list and recipe is there, it is the
// answer, in a few seconds. Otherwise the image is built; when its content (layer and config, tag left out) equals that
// of one that is there, that is the answer. A tag never moves, and a revision is never given twice.
//
// The files' times are those of their packages, and never later than that of the newest package; so the same list
// makes the same layer, today and later.
//
// Safe to run again after it was interrupted anywhere, and from two places at once: the second waits.
// Errors: NotFound when a tool is missing; Denied when not root, of the machine or of a namespace; Unavailable when
// archives cannot be reached or a tool ends with an error; Exhausted when the disk is nearly full; TimedOut;
// InvalidInput when the release's package sources are not to be found.
Result<BaseImage> make_base_image(const BaseImageOptions& options);

}  // namespace berth::image
