// The folder in /run that holds what outlives a process but not the machine: leases, mount points, kept mounts.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "berth/base/result.h"

namespace berth::container {

class RuntimeFolder {
 public:
  // Makes `path` (for root /run/berth) and what belongs in it, readable by its owner alone. Errors: Denied.
  static Result<RuntimeFolder> open(std::filesystem::path path);

  std::filesystem::path leases() const { return path_ / "leases"; }    // one file a range of host ids
  std::filesystem::path roots() const { return path_ / "roots"; }      // kept mounts of images
  std::filesystem::path kept() const { return path_ / "kept"; }        // records of kept containers
  std::filesystem::path engines() const { return path_ / "engines"; }  // what other engines' containers are shown
  // Where a container, in a mount namespace of its own, puts things together. Empty on the host.
  std::filesystem::path stage(const char* part) const { return path_ / "stage" / part; }

 private:
  explicit RuntimeFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace berth::container
