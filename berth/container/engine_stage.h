// What the container of another engine is shown of this machine: two file systems in memory, in the runtime folder for
// as long as the call lasts.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/launch_spec.h"
#include "berth/container/runtime_folder.h"

namespace berth::container {

// The folder `engines/ID`, in which nobody but root can look: `scratch`, what the call can write to, as in a container
// of Berth's own, and `furniture`, which is read-only in the container. Gone with the object; the next start of a call,
// or the watcher, removes what a process that was killed has left.
class EngineStage {
 public:
  // Errors: those of make_scratch(); Exhausted for an environment that is too large.
  static Result<EngineStage> make(const LaunchSpec& spec, const RuntimeFolder& folder);

  EngineStage(EngineStage&& other) noexcept
      : path_(std::exchange(other.path_, {})),
        alive_(std::move(other.alive_)),
        scratch_(std::move(other.scratch_)),
        lock_(std::move(other.lock_)) {}
  EngineStage& operator=(EngineStage&&) = delete;
  ~EngineStage();

  const std::filesystem::path& path() const { return path_; }
  int scratch() const { return scratch_.get(); }  // folder that holds `work`
  int lock() const { return lock_.get(); }        // the file that the first process of the container locks

  // Gives the folders that are the script's alone to whoever the script is on this machine.
  Result<void> give_to(std::uint32_t user) const;

  // Removes it now. Errors: Unavailable, with what stays.
  Result<void> remove();

 private:
  EngineStage(std::filesystem::path path, UniqueFd alive) : path_(std::move(path)), alive_(std::move(alive)) {}

  std::filesystem::path path_;  // empty once removed or moved from
  UniqueFd alive_;              // held locked: it is in use
  UniqueFd scratch_;
  UniqueFd lock_;
};

// Removes the folder `stage` with its mounts; nothing happens where there is none.
Result<void> remove_engine_stage(const std::filesystem::path& stage);

// Removes those that nobody uses any more.
void sweep_engine_stages(const RuntimeFolder& folder);

}  // namespace berth::container
