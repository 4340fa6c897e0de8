// What an image is made of, resolved and fetched in containers of its base that reach the package indexes alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/build_room.h"
#include "berth/app/copy_out.h"
#include "berth/app/index_reach.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/container/limits.h"
#include "berth/image/create_recipe.h"
#include "berth/image/local_store.h"
#include "berth/image/package_manager.h"
#include "berth/vet/facts.h"

namespace berth::app {

struct FetchOptions {
  const image::LocalImage& base;
  image::CreateRecipe recipe;  // request and base as far as it is known
  std::filesystem::path into;  // an empty folder: `libraries` and `packages` come to lie in it
  IndexSettings indexes;
  container::Limits limits;
  std::chrono::steady_clock::time_point deadline;
  int interrupt = -1;  // readable once it is to end
  container::Guards guards;
  std::function<void(std::string_view)> on_step;
};

struct Found {
  image::CreateRecipe recipe;
  std::vector<vet::Facts> facts;         // of the libraries, as their metadata and the index have them
  std::int64_t newest_package_time = 0;  // seconds since 1970; 0 where no package says so
  std::vector<std::string> remarks;
  std::chrono::milliseconds pip_time = {};
  std::chrono::milliseconds package_time = {};
};

// Resolves, then fetches what the resolution names, in the same containers. For one thread.
class PackageFetch {
 public:
  PackageFetch(FetchOptions options, const Settings& settings);

  // To exact versions; nothing comes to lie in `into`. pip itself may have to look into the files of libraries to find
  // out what they need, where an index does not tell it; nothing of them runs or stays.
  // Errors: InvalidInput when the base has no pip that can resolve, or no package manager that is known; Unavailable
  // when an index cannot be reached or cannot satisfy the request; Exhausted; TimedOut.
  Result<void> resolve();

  // After it, once. Every library's file has the hash that the index gave when it was resolved; distribution packages
  // are checked by their own manager against their signed lists. Nothing of pip's or apt's state, and no credential,
  // lies in `into`. Errors: as above; Corrupt when a file is not what was resolved.
  Result<void> fetch();

  // As far as it is known; hashes of packages and wheels once they are fetched.
  const Found& found() const { return found_; }

 private:
  void step(std::string_view text) const;
  Result<BuildRoom> open_room(IndexReach reach);
  Result<void> resolve_packages();
  Result<IndexReach> reach_of(image::PackageManager manager);
  void note_what_is_there();
  Result<void> fetch_packages(BuildRoom& room);
  Result<void> take_packages(const BuildRoom& room);
  Result<void> resolve_libraries();
  std::vector<std::string> pip_command(const char* verb) const;
  Result<void> ask_pip(BuildRoom& room);
  Result<void> fetch_libraries(BuildRoom& room);
  Result<void> take_libraries(const BuildRoom& room);

  FetchOptions options_;
  const Settings& settings_;
  CopyOut copy_out_;
  Found found_;
  std::optional<BuildRoom> package_room_;
  std::optional<BuildRoom> library_room_;
};

}  // namespace berth::app
