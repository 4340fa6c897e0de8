// A process that outlives ours just long enough to clean up after it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/sys/child.h"

namespace berth::container {

// Started before a container. When this process dies, by whatever signal, the watcher kills all that runs in the
// container's cgroups, removes them, and ends; the lease it holds a copy of is free from then on. It ignores the
// signals of a terminal. However the container ended, the table of packet filter rules on this machine goes when nobody
// needs it any more.
struct Watched {
  std::vector<std::filesystem::path> cgroups;  // the folders that the container will have
  int lock = -1;                               // its lease
  std::string host_table_path;                 // of its share in the table on this machine; empty for none
  int host_table_lock = -1;
  // Of a container that another engine makes: the command that removes it, and what it is shown (engine_stage.h).
  std::vector<std::string> removal;
  std::vector<std::string> removal_environment;
  std::filesystem::path engine_stage;
};

class Watcher {
 public:
  static Result<Watcher> start(const Watched& watched);

  Watcher(Watcher&&) noexcept = default;
  Watcher& operator=(Watcher&&) = delete;
  ~Watcher() { dismiss(); }

  // Takes interface `name` away in a moment, unless it has gone with its namespace by then: a zygote may hold that.
  void remove_interface(std::string_view name);

  // The container has been cleaned up, or is to be left standing: there is nothing to watch any more.
  void dismiss();

 private:
  Watcher(sys::Child process, UniqueFd alive) : process_(std::move(process)), alive_(std::move(alive)) {}

  sys::Child process_;
  UniqueFd alive_;  // its other end reads end-of-file when we die
};

}  // namespace berth::container
