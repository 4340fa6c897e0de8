// Builds an image on another with buildah: one script that runs in it, as root and without a network.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

// Where the input lies while the script runs; the script removes it.
inline constexpr std::string_view kBuildFolder = "/berth-build";

struct BuilderOptions {
  // The storage, as for BaseImageOptions.
  std::filesystem::path graph_root;
  bool storage_is_set = false;
  std::optional<uid_t> ordinary_user;
  std::filesystem::path cache_folder;  // for what the tools keep while they run
  // Names what a build leaves when it is killed, for the sweep: one build at a time has it.
  std::string name;
  std::chrono::steady_clock::time_point deadline;
};

struct BuildOrder {
  std::string base_id;
  std::filesystem::path input;      // a folder; the build sees a copy of it as kBuildFolder
  std::vector<std::string> script;  // program and arguments
  std::uint64_t memory_bytes = 0;
  std::int64_t time = 0;                 // of all files of the layer and of the image, seconds since 1970
  std::vector<std::string> environment;  // "NAME=value", of the image
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::pair<std::string, std::string>> annotations;
};

struct BuiltImage {
  std::string id;       // of an image without a name
  std::string printed;  // what the script wrote to its standard output
};

// One place of building. Each tool runs in namespaces of its own, with no network but a loopback interface that leads
// nowhere, and ends with this process, however that ends: nothing runs on, nothing stays mounted.
class Builder {
 public:
  // Errors: NotFound when buildah or unshare is missing.
  static Result<Builder> open(BuilderOptions options);

  // How the script is kept apart from this machine: "oci" (a container of runc or crun, with a memory limit), or
  // "chroot" where there is no such program, or for an ordinary user, to whom no memory is limited.
  std::string_view isolation() const { return isolation_; }

  // Errors: Unavailable with the last words of the script or the tool;
  // Exhausted when the disk is full; TimedOut.
  Result<BuiltImage> build(const BuildOrder& order) const;

  // Gives the image another name. Errors: Unavailable with the tool's words.
  Result<void> give_name(const std::string& id, const std::string& name) const;

  // Removes an image that has no name. Errors: as above.
  Result<void> remove_image(const std::string& id) const;

  // Removes what a killed build of this name has left. Starts no tool when there is nothing.
  Result<void> sweep() const;

 private:
  explicit Builder(BuilderOptions options) : options_(std::move(options)) {}

  Result<std::string> buildah(std::vector<std::string> arguments) const;
  Result<void> configure(const BuildOrder& order) const;

  BuilderOptions options_;
  std::string isolation_ = "chroot";
};

}  // namespace berth::image
