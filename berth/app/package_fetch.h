// What an image is made of, resolved and fetched in containers of its base that reach the package indexes alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/index_reach.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/container/limits.h"
#include "berth/image/create_recipe.h"
#include "berth/image/local_store.h"

namespace berth::app {

struct FetchOptions {
  const image::LocalImage& base;
  image::CreateRecipe recipe;  // request and base as far as it is known
  bool fetch = true;           // false: only resolves
  std::filesystem::path into;  // an empty folder: `libraries` and `packages` come to lie in it
  IndexSettings indexes;
  container::Limits limits;
  std::chrono::steady_clock::time_point deadline;
  int interrupt = -1;  // readable once it is to end
  container::Guards guards;
  std::function<void(std::string_view)> on_step;
};

struct Fetched {
  image::CreateRecipe recipe;
  std::int64_t newest_package_time = 0;  // seconds since 1970; 0 where no package says so
  std::vector<std::string> remarks;
  std::chrono::milliseconds pip_time = {};
  std::chrono::milliseconds package_time = {};
};

// Resolves, and fetches what the resolution names. Every library's file has the hash that the index gave when it was
// resolved; distribution packages are checked by their own manager against their signed lists. Nothing of pip's or
// apt's state, and no credential, lies in `into`.
// Errors: InvalidInput when the base has no pip that can resolve, or no package manager that is known; Unavailable when
// an index cannot be reached or cannot satisfy the request; Corrupt when a file is not what was resolved; Exhausted;
// TimedOut.
Result<Fetched> fetch_packages(FetchOptions options, const Settings& settings);

}  // namespace berth::app
