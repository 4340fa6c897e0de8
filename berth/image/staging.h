// Images on their way: fetched and judged piece by piece, in a folder that the tool copies from.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/image/manifest.h"
#include "berth/image/registry_access.h"
#include "berth/image/registry_client.h"
#include "berth/image/storage_tool.h"
#include "berth/image/trust.h"
#include "berth/image/work_folder.h"

namespace berth::image {

// What every move of an image needs to know.
struct MoveSettings {
  StorageTool storage;
  std::filesystem::path cache_folder;  // Berth's own: blobs on their way
  std::filesystem::path state_folder;  // what registries said of the images that are here
  TrustPolicy trust;
  RegistrySettings registries;
  std::chrono::seconds time_limit = std::chrono::minutes(30);  // of one image
  std::function<void(std::string_view)> on_step;               // one line for a person as each step begins
};

// What is known of an image before its layers are fetched: judged, and every digest computed here.
struct ImagePlan {
  std::string source_digest;  // what the tag names: that of an index, or of the manifest itself
  std::string digest;         // of the manifest
  std::string manifest_body;
  std::string index_body;  // that it was chosen from, where the storage can keep it with the image; else empty
  std::string config_body;
  ImageManifest manifest;
  JudgedConfig config;
};

// Asks for the manifest under the tag or digest of `reference`, goes through indexes to that of this machine, and
// fetches and judges its configuration. Errors: those of RegistryClient, parse_manifest and judge_config; Corrupt for
// indexes that lead in a circle or more than kMaxIndexDepth deep.
Result<ImagePlan> plan_image(RegistryClient& registry, const std::string& tag_or_digest);

// The folder in which one image is put together, and its lock: one process at a time has it for a digest.
class Staging {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Errors: those of WorkFolder::open.
  static Result<Staging> open(const MoveSettings& settings, const std::string& digest, Deadline deadline);

  // Puts manifest and configuration into the folder. Errors: those of writing.
  Result<void> begin(const ImagePlan& plan);

  // Puts one layer into the folder, fetched from `registry` and judged. Another process that fetches the same one is
  // waited for, and what an interrupted run has fetched is used. Errors: those of fetch_blob_into and judge_layer.
  Result<void> add_layer(const ImagePlan& plan, std::size_t number, RegistryClient& registry);
  // The same from a file on the same disk, which stays. Its digest is computed. Errors: Corrupt for another one; those
  // of judge_layer.
  Result<void> add_layer_file(const ImagePlan& plan, std::size_t number, const std::filesystem::path& file);

  // The image is whole: what was kept of its layers for another try, by this one or an earlier one, is not needed any
  // more. What another process has in hand at the moment stays.
  void forget_blobs(const ImagePlan& plan);

  const std::filesystem::path& folder() const { return folder_; }
  std::uint64_t fetched_bytes() const { return fetched_bytes_; }
  std::uint64_t unpacked_bytes() const { return unpacked_bytes_; }
  std::uint64_t largest_layer_bytes() const { return largest_layer_bytes_; }

 private:
  Staging(const MoveSettings& settings, WorkFolder work, Deadline deadline)
      : settings_(settings), work_(std::move(work)), folder_(work_.path() / "image"), deadline_(deadline) {}

  Result<void> judge(const ImagePlan& plan, std::size_t number, const std::filesystem::path& file);
  void step(const std::string& text) const {
    if (settings_.on_step) settings_.on_step(text);
  }

  const MoveSettings& settings_;
  WorkFolder work_;
  std::filesystem::path folder_;
  Deadline deadline_;
  std::uint64_t fetched_bytes_ = 0;
  std::uint64_t unpacked_bytes_ = 0;
  std::uint64_t largest_layer_bytes_ = 0;
};

// Takes the lock `name` among those of the images' cache, waiting until `deadline`. Errors: TimedOut; those of opening.
Result<UniqueFd> lock_images(const std::filesystem::path& cache_folder, std::string_view name,
                             std::chrono::steady_clock::time_point deadline);

// Where blobs lie on their way, below the cache of `MoveSettings`; what tries have left there that nobody has gone on
// with is forgotten after that time.
std::filesystem::path blobs_folder(const std::filesystem::path& cache_folder);
inline constexpr auto kBlobsForgotten = std::chrono::hours(7 * 24);

// Removes a blob that a try has left. Errors: Conflict when a process has it in hand; those of removing.
Result<void> remove_left_blob(const std::filesystem::path& cache_folder, const std::filesystem::path& blob);

// Fails when the disk of `folder` has less than `needed_bytes` free. Errors: Exhausted, with what to do.
Result<void> check_room(const std::filesystem::path& folder, std::uint64_t needed_bytes);

}  // namespace berth::image
