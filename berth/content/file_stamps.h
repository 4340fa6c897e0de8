// Which files something was made from, and whether they are still the same.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace berth::content {

// What tells a file's contents apart without reading them, or that there is no file. For one thread.
class FileStamps {
 public:
  // Takes note of a file that is being read, before its first byte is, or of one that is not there.
  void add(std::filesystem::path path, const struct stat& status);
  void add_missing(std::filesystem::path path);
  // Those that `others` have taken note of.
  void add(const FileStamps& others);

  // Whether each is as it was. Never for one that had changed so shortly before it was read that a change after it may
  // have left no trace, since file systems tell times by ticks; nor for one that another machine keeps.
  bool still_hold() const;

 private:
  struct Stamp {
    std::filesystem::path path;
    bool is_there = false;
    dev_t device = 0;
    ino_t inode = 0;
    std::int64_t size = 0;
    std::int64_t changed_ns = 0;   // of its contents, and
    std::int64_t attached_ns = 0;  // of them or what is known of them (ctime), since the epoch

    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(std::filesystem::path path, const struct stat& status);

  std::vector<Stamp> stamps_;
  bool never_hold_ = false;
};

}  // namespace berth::content
