// The verb `create`: an image with libraries and packages on a base.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/create_times.h"
#include "berth/app/image_stages.h"
#include "berth/app/index_reach.h"
#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/image/create_recipe.h"
#include "berth/image/reference.h"

namespace berth::app {

struct CreateOptions {
  image::CreateRequest request;
  std::string base = "python3";         // a reference; without a tag the newest one here
  bool dry_run = false;                 // resolves, and makes nothing
  bool refresh = false;                 // resolves again also when an image of the same request is there
  bool rebuild = false;                 // builds also when an image of the same lock is there
  std::filesystem::path export_folder;  // where the image's folder is written; empty: nowhere
  IndexSettings indexes;                // before those of the settings
  std::chrono::milliseconds time_limit = std::chrono::minutes(30);  // of the whole
  std::uint64_t memory_bytes = 2ull << 30;                          // of each of its containers
  std::uint64_t fetched_bytes = 2ull << 30;                         // of lists, libraries and packages
  container::Guards guards;
  std::function<void(std::string_view)> on_step;  // one line for a person as each step begins
  int interrupt = -1;                             // readable once it is to end
};

struct CreatedImage {
  image::Reference reference;  // example_name:1.0.0.1
  std::string id;
  std::string digest;
  std::uint64_t size_bytes = 0;
  bool made = false;      // false: an equal one was there, or nothing was to be made
  std::string why;        // one line: what decided that
  std::string isolation;  // of the build
  // What is in it beyond its base; of an image that was there without hashes.
  image::CreateRecipe recipe;
  std::vector<std::string> remarks;  // what a person should know, findings of the judgement among it
  Json judgement;                    // what it was judged by and of, as its label has it (create_judgement.h)
  CreateTimes times;
};

// Makes the image under the next free tag `1.0.0.<revision>`: names checked, resolved once to exact versions with
// hashes, judged, fetched, judged again, built without a network, inspected, judged as it is, verified, named. An image
// of the same request on the same base that was judged by the same is the answer at once, and nothing is reached; one
// that is made of exactly the same is the answer once that is judged. A tag never moves, and a revision is never given
// twice.
//
// Until the last step nothing that it makes has a name. Safe to run again after it was interrupted anywhere, and from
// two places at once: the second waits.
// Errors: InvalidInput for a request or a base that cannot be; NotFound for a base or a tool that is not there;
// Unavailable when an index cannot be reached, has not what is asked for, or a build or a check ends with an error;
// Denied when it is judged and does not go in (refused, or without the approval that it needs), and for a package
// source of the base that is not public; Exhausted; TimedOut.
Result<CreatedImage> create_image(const CreateOptions& options, const Settings& settings);

}  // namespace berth::app
