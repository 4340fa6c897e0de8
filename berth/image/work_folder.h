// The folder that one build at a time works in.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string_view>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::image {

// Owns the folder and the lock beside it. The folder is empty at the start, whatever an interrupted build left in it,
// and gone at the end.
class WorkFolder {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Takes the lock `<path>.lock`, waiting until `deadline` while another process has it; `on_wait` is called once
  // before the wait, `watch` now and then during it, and an error of its ends the wait.
  // Errors: TimedOut; Denied when something is mounted below the folder; those of the watch.
  static Result<WorkFolder> open(std::filesystem::path path, Deadline deadline,
                                 const std::function<void(std::string_view)>& on_wait,
                                 const std::function<Result<void>()>& watch = {});

  // Whether some process has the lock of `path` at this moment.
  static bool is_held(const std::filesystem::path& path);

  WorkFolder(WorkFolder&& other) noexcept;
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  WorkFolder(std::filesystem::path path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  UniqueFd lock_;
};

// Removes a work folder and its lock, which a process left that was killed. Errors: Conflict when one works in it;
// Denied when something is mounted in it; those of removing.
Result<void> remove_left_folder(const std::filesystem::path& path);

// Removes the folders below `parent`, and their locks, that processes left which were killed: those whose lock is free.
// What cannot be removed now is left for the next time.
void sweep_work_folders(const std::filesystem::path& parent);

// Whether `mountinfo` (the text of /proc/self/mountinfo) has a mount at or below `path`.
bool has_mount_below(std::string_view mountinfo, const std::filesystem::path& path);

}  // namespace berth::image
