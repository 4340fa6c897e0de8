// A process that serves calls one after another, as the original server does: for items that an operator trusts
// (`calls.shared`). What one call leaves behind, the next one finds: modules, threads, files in /tmp, memory.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/container.h"
#include "berth/container/launch_spec.h"

namespace berth::app {

// Has the loop of `spec`, which is for one call, serve further ones.
void serve_further_calls(container::LaunchSpec& spec);

// The container of such a process, with what its calls have used so far.
class SharedProcess {
 public:
  explicit SharedProcess(container::Container container) : container_(std::move(container)) {}

  container::Container& container() { return container_; }
  const container::Container& container() const { return container_; }

  // The figures of the call that has been answered. The process goes on; of memory it is the peak of all its calls.
  Result<container::ContainerEnd> end_call();
  // As Container::end, with the figures of this call.
  Result<container::ContainerEnd> end(std::chrono::milliseconds grace);

  std::uint32_t calls() const { return calls_; }  // that have been answered
  std::chrono::system_clock::time_point since() const { return since_; }

 private:
  container::ContainerEnd since_last(container::ContainerEnd total);

  container::Container container_;
  container::ContainerEnd before_;  // of the calls before this one
  std::uint32_t calls_ = 0;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
};

// One that waits for its next call, for people.
struct SharedShown {
  std::string key;
  std::string item;
  std::uint32_t calls = 0;  // that it has answered
  std::uint64_t memory_bytes = 0;
  std::chrono::system_clock::time_point since;
};

// Those that wait for their next call. For one thread, and for the process that made it.
class SharedProcesses {
 public:
  SharedProcesses();
  SharedProcesses(const SharedProcesses&) = delete;
  SharedProcesses& operator=(const SharedProcesses&) = delete;
  ~SharedProcesses();

  // One that waits for a call with this key (warm_key), and lives.
  std::optional<SharedProcess> take(const std::string& key);
  // Keeps one for the next call, if it can serve one: a call may have closed its channels. The one that waits longest
  // ends when there are too many, and this one after ten thousand calls: what content leaks is let go of.
  void keep(const std::string& key, const std::string& item, SharedProcess process);
  // Those that wait, the longest first.
  std::vector<SharedShown> shown() const;
  // Ends those with that key that wait.
  void drop(const std::string& key);
  // Ends all that wait. Whether there was one.
  bool give_back();

 private:
  struct Waiting {
    std::uint64_t since = 0;  // by clock_
    std::string item;
    SharedProcess process;
  };
  pid_t owner_;
  std::uint64_t clock_ = 0;
  std::multimap<std::string, Waiting> waiting_;  // by key
};

}  // namespace berth::app
