// What builds by Docker or Podman leave when they are killed: noted before it is there, so that whoever has the same
// cache finds it, and takes nobody else's for it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/engine_kind.h"

namespace berth::app {

// The label of a build's container, and so of the image that is made of it: the build's name, no other build's.
inline constexpr const char* kBuildLabel = "berth.build";

struct EngineBuild {
  container::EngineKind kind = container::EngineKind::Docker;
  std::string name;  // of the container

  friend bool operator==(const EngineBuild&, const EngineBuild&) = default;
};

// The file of the notes in the cache.
std::filesystem::path engine_builds_file(const std::filesystem::path& cache_folder);

// Those that are noted: of a build that is going on, or that was killed. What cannot be read is none.
std::vector<EngineBuild> noted_engine_builds(const std::filesystem::path& cache_folder);

// Who calls holds the lock of the folder that builds work in. Errors: those of writing.
Result<void> note_engine_build(const std::filesystem::path& cache_folder, const EngineBuild& build);

// Removes what the noted builds of that engine have left in it, and their notes. The lock is held, as above.
// Errors: Unavailable, with the engine's words; those of writing.
Result<void> sweep_engine_builds(const std::filesystem::path& cache_folder, container::EngineKind kind);

}  // namespace berth::app
