// Builds an image on another with buildah: one script that runs in it, as root and without a network.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

// Where the input lies while the script runs; the script removes it.
inline constexpr std::string_view kBuildFolder = "/berth-build";
// What the history of an image that is made says of the step.
inline constexpr const char* kCreatedBy = "berth image create";
// As many processes may be in a build.
inline constexpr std::string_view kBuildProcesses = "1024";

struct BuilderOptions {
  // The storage, as for BaseImageOptions.
  std::filesystem::path graph_root;
  bool storage_is_set = false;
  std::optional<uid_t> ordinary_user;
  std::filesystem::path cache_folder;  // for what the tools keep while they run
  // Names what a build leaves when it is killed, for the sweep: one build at a time has it.
  std::string name;
  std::chrono::steady_clock::time_point deadline;
  // Asked now and then while a tool runs; an error ends the build, and is its answer.
  std::function<Result<void>()> watch;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

struct BuildOrder {
  std::string base_id;
  std::filesystem::path input;      // a folder; the build sees a copy of it as kBuildFolder
  std::vector<std::string> script;  // program and arguments
  std::uint64_t memory_bytes = 0;
  std::int64_t time = 0;                 // of all files of the layer and of the image, seconds since 1970
  std::vector<std::string> environment;  // "NAME=value", of the image
  Labels labels;
  Labels annotations;  // of both: with an empty value those that the image does not have, whatever the base has
  // Looks at the image that was made, by its id. Where it gives labels, the image is one with these too, of the same
  // layers, and the first is removed; an error ends the build, and leaves none.
  std::function<Result<Labels>(const std::string& id)> more_labels = {};
};

struct BuiltImage {
  std::string id;       // of an image without a name
  std::string printed;  // what the script wrote to its standard output
};

// Who builds: buildah in Berth's storage (Builder), or an engine (app/engine_build.h).
class ImageBuilder {
 public:
  virtual ~ImageBuilder() = default;

  // How the script is kept apart from this machine.
  virtual std::string_view isolation() const = 0;

  // The image lies in Berth's storage, without a name. Errors: Unavailable with the last words of the script or the
  // tool; Exhausted when there is no room; TimedOut; those of the watch.
  virtual Result<BuiltImage> build(const BuildOrder& order) const = 0;

  // Gives the image another name. Errors: Unavailable with the tool's words.
  virtual Result<void> give_name(const std::string& id, const std::string& name) const = 0;

  // Removes an image that has no name. Errors: as above.
  virtual Result<void> remove_image(const std::string& id) const = 0;

  // Removes what a killed build of this name has left. Errors: as above.
  virtual Result<void> sweep() const = 0;
};

// One place of building. Each tool runs in namespaces of its own, with no network but a loopback interface that leads
// nowhere, and ends with this process, however that ends: nothing runs on, nothing stays mounted.
class Builder final : public ImageBuilder {
 public:
  // Errors: NotFound when buildah or unshare is missing, or for root a runtime of containers: in buildah's chroot the
  // script would be this machine's root, with its devices in sight.
  static Result<Builder> open(BuilderOptions options);

  // How the script is kept apart from this machine: for root "oci" (a container of runc or crun, with limits of memory
  // and processes), for an ordinary user "chroot" (in that user's own namespace, where it is no root of the machine's).
  std::string_view isolation() const override { return isolation_; }

  // Errors: Unavailable also when its processes cannot be bounded; Exhausted when the storage's disk is full, or has
  // less than room_to_keep() left.
  Result<BuiltImage> build(const BuildOrder& order) const override;
  Result<void> give_name(const std::string& id, const std::string& name) const override;
  Result<void> remove_image(const std::string& id) const override;

  // Starts no tool when there is nothing.
  Result<void> sweep() const override;

 private:
  explicit Builder(BuilderOptions options) : options_(std::move(options)) {}

  Result<std::string> buildah(std::vector<std::string> arguments) const;
  Result<void> configure(const BuildOrder& order) const;
  Result<std::string> commit(const BuildOrder& order) const;
  Result<std::string> labelled(const BuildOrder& order, std::string id) const;

  BuilderOptions options_;
  std::string isolation_ = "chroot";
};

// `ran`, with what to do where the kernel killed what ran in it for want of memory. Pure.
Result<std::string> explained(Result<std::string> ran, std::uint64_t memory_bytes, bool is_bounded);

// What a build leaves free of a disk of that size: a twentieth, at most 1 GiB. Pure.
std::uint64_t room_to_keep(std::uint64_t disk_bytes);

// Errors: Exhausted when the disk that `folder` lies on has less than `kept_bytes` free (nothing: room_to_keep()).
Result<void> check_room(const std::filesystem::path& folder, std::optional<std::uint64_t> kept_bytes = {});

}  // namespace berth::image
