// Whether an image that was made is what it is to be.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/image/create_recipe.h"
#include "berth/image/inventory.h"
#include "berth/image/local_store.h"

namespace berth::app {

struct ImageTest {
  const image::LocalImage& image;
  const image::LocalImage& base;
  const image::CreateRecipe& recipe;
  std::uint64_t memory_bytes = 0;
  std::chrono::steady_clock::time_point deadline;
  int interrupt = -1;  // readable once it is to end
  container::Guards guards;
};

struct ImageTestResult {
  std::vector<std::string> remarks;
  std::chrono::milliseconds pip_time = {};
};

// Whether all that was locked lies in the image's layers, by their own databases. Pure. Errors: Corrupt.
Result<void> compare_with_lock(const image::CreateRecipe& recipe, const image::Inventory& inventory);

// Runs the image's own test (verify_script) and `pip check` in containers without a network. What the base had wrong
// already is not this image's. Errors: Unavailable, with what is wrong; those of a container's start; TimedOut.
Result<ImageTestResult> test_image(const ImageTest& test, const Settings& settings);

}  // namespace berth::app
