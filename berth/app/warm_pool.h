// The zygotes of one process of ours, for calls that come again: scripts that a script runs in a loop, a command that
// is polled, a fetch by the clock, all that a worker of the daemon is given.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/retry_pause.h"
#include "berth/base/result.h"
#include "berth/container/launch_spec.h"
#include "berth/container/runtime_folder.h"
#include "berth/container/zygote.h"

namespace berth::app {

// What has to be the same for two calls to come from one zygote: image, code, item, instance, limits, environment,
// files and guards. Nothing is ever shared across it.
std::string warm_key(const container::LaunchSpec& call, std::string_view code, std::string_view item,
                     std::string_view instance);

// A call that may come again.
struct WarmCall {
  std::string key;
  std::string item;                               // for people
  std::function<container::LaunchSpec()> zygote;  // the spec of Zygote::start(); empty where there is one
};

// A zygote that lives, for people and for who shares out memory.
struct ZygoteShown {
  std::string key;
  std::string item;
  std::uint64_t children = 0;      // that it has made
  std::uint64_t memory_bytes = 0;  // of its cgroup: what its children share with it counts there
  bool has_spare = false;          // the next child is ready
  std::chrono::system_clock::time_point since;
};

constexpr std::size_t kMostZygotes = 8;  // in one process, where nobody says otherwise

// For one thread, and for the process that made it: a copy of that process gets nothing from it.
class WarmPool {
 public:
  explicit WarmPool(const container::RuntimeFolder& folder);
  WarmPool(const WarmPool&) = delete;
  WarmPool& operator=(const WarmPool&) = delete;
  ~WarmPool();

  // How many zygotes there may be from now on; those that were used longest ago go.
  void set_most(std::size_t zygotes);

  // A process for the next call like this, ready for its job. None for the first: a container of its own is there
  // as soon as a zygote. None, too, where none could be had before: what may pass is tried again after some calls.
  // All of it together takes no longer than `patience`.
  // Errors: Denied when a child was not isolated; what else kept it from being there. A container can be, then.
  Result<std::optional<container::CallChild>> take(const WarmCall& call, const container::Patience& patience);

  // Has the next one made while nobody waits, where there is a zygote. To be called when a call has been answered.
  // Errors: why it is not made.
  Result<void> prepare(const std::string& key, const container::Patience& patience);

  // The same when there is time: the zygote, too, is made where it may be, and the child is waited for and looked at.
  Result<void> warm(const WarmCall& call, const container::Patience& patience);

  // The one that was used longest ago first.
  std::vector<ZygoteShown> zygotes() const;
  // Whether one lives for that key.
  bool has(const std::string& key) const;
  // Ends the zygote of that key, if there is one, as give_back() does. It may come again.
  void drop(const std::string& key);

  // Ends all zygotes, for what they hold: one whose children run calls ends after the last of them. Whether there was
  // one.
  bool give_back();

 private:
  struct Entry {
    std::string item;
    int calls = 0;
    RetryPause pause;
    std::uint64_t used = 0;
    std::optional<container::Zygote> zygote;
    std::optional<container::CallChild> spare;
    bool spare_is_ready = false;  // it has been waited for, and is isolated
    std::uint64_t children = 0;
    std::chrono::system_clock::time_point since;
    bool is_hopeless = false;  // this interpreter, or this machine, cannot do it
  };
  bool is_ours() const;
  Entry& entry_of(const WarmCall& call);
  void make_room_below(std::size_t most);
  Result<void> start(Entry& entry, const WarmCall& call, const container::Patience& patience);
  static void end(Entry& entry);
  static Result<container::CallChild> child_of(Entry& entry, const container::Patience& patience);
  static Result<container::CallChild> ready_child_of(Entry& entry, const container::Patience& patience);

  const container::RuntimeFolder& folder_;
  pid_t owner_;
  std::size_t most_ = kMostZygotes;
  std::uint64_t clock_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace berth::app
