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
#include <utility>
#include <vector>

#include "berth/app/learned_imports.h"
#include "berth/app/retry_pause.h"
#include "berth/app/warm_spares.h"
#include "berth/base/result.h"
#include "berth/container/launch_spec.h"
#include "berth/container/runtime_folder.h"
#include "berth/container/zygote.h"
#include "berth/content/item.h"

namespace berth::app {

// What a zygote is started with.
struct ZygoteSpec {
  container::LaunchSpec spec;   // of Zygote::start()
  bool has_item_apart = false;  // put_warm_code()
};

// A call that may come again.
struct WarmCall {
  std::string key;
  std::string code;  // what tells its text from others
  std::string item;  // for people
  // For calls that have imported what it is given; empty where none is to be started (may_begin).
  std::function<ZygoteSpec(const ImportList& imports)> zygote;
};

// A process for a call, or why there is none, for people.
struct TakenChild {
  std::optional<container::CallChild> child;
  std::string why_none;
};

// A zygote that lives, for people and for who shares out memory.
struct ZygoteShown {
  std::string key;
  std::string item;
  std::uint64_t children = 0;  // that calls were given
  std::uint64_t spares = 0;    // children that are to wait; some may be missing for a moment
  // Of its cgroup, where what its children share with it counts, and of those that wait.
  std::uint64_t memory_bytes = 0;
  std::chrono::system_clock::time_point since;
};

// What it came to while nobody waited for a child.
struct Filled {
  std::string key;
  std::string item;
  Result<void> made;
};

constexpr std::size_t kMostZygotes = 8;  // in one process, where nobody says otherwise

// For one thread, and for the process that made it: a copy of that process gets nothing from it.
class WarmPool {
 public:
  WarmPool(const container::RuntimeFolder& folder, LearnedImports imports);
  WarmPool(const WarmPool&) = delete;
  WarmPool& operator=(const WarmPool&) = delete;
  ~WarmPool();

  // How many zygotes there may be from now on; those that were used longest ago go.
  void set_most(std::size_t zygotes);
  // Whether zygotes may be begun from now on; otherwise another process makes those that are missing.
  void set_begins(bool begins) { begins_ = begins; }
  // How many children of each zygote may wait for calls; of those with a network it is one. For zygotes yet to come.
  void set_most_spares(std::size_t spares) { most_spares_ = spares; }

  // A process for the next call like this, ready for its job. None for the first: a container of its own is there
  // as soon as a zygote. None, too, where none could be had before: what may pass is tried again after some calls.
  // None, too, while a zygote tries out imports that were never tried (docs/warm.md), beyond a second. All of it
  // together takes no longer than `patience`. What keeps them from one is told each time, as long as it holds.
  // Errors: Denied when a child was not isolated; what else kept it from being there. A container can be, then.
  Result<TakenChild> take(const WarmCall& call, const container::Patience& patience);

  // When the next call came that take() is asked for, where it has waited since: for its turn, or for this process.
  void call_came(std::chrono::steady_clock::time_point at) { came_ = at; }

  // Whether the zygote of that key, and so the child that take() has just given, has the code of this call: another
  // child is to be given it with the job.
  bool has_code_of(const WarmCall& call) const;
  // Whether a zygote may be started for this call, so that it has to say how.
  bool may_begin(const WarmCall& call) const;

  // Takes in which modules a call with this key has loaded: its next zygote imports them ahead.
  void learn(const std::string& key, const std::vector<std::string>& modules);
  // Whether prepare() would end the zygote of that key for another one: calls have told of more than it has imported,
  // or the code is another one, and comes again.
  bool is_due(const std::string& key) const;
  // What was found out since the last time of modules that are not imported ahead of calls with that key, for people.
  std::vector<std::string> take_remarks(const std::string& key);

  // Has the next one made while nobody waits, where there is a zygote. To be called when a call has been answered. A
  // zygote that another one is to take the place of ends. Errors: why it is not made.
  Result<void> prepare(const WarmCall& call, const container::Patience& patience);

  // The same when there is time: the zygote, too, is made where it may be, and the child is waited for and looked at.
  Result<void> warm(const WarmCall& call, const container::Patience& patience);

  // A step to as many children that wait as calls of late would have needed (WarmSpares::add_one): of the zygote that
  // was used last, then the others. None where nothing is missing. `wanted` is readable once something else is to be
  // done.
  std::optional<Filled> fill(const container::Patience& patience, int wanted);

  // The one that was used longest ago first.
  std::vector<ZygoteShown> zygotes() const;
  // Whether a child waits for the next call with that key.
  bool has_ready(const std::string& key) const;
  // Whether one lives for that key.
  bool has(const std::string& key) const;
  // Ends the zygote of that key, if there is one, as give_back() does. It may come again.
  void drop(const std::string& key);

  // Whether there is a zygote that no call has asked for since `then`, or children that wait are to be counted again.
  bool has_unused_since(std::chrono::steady_clock::time_point then) const;
  // Ends those, and children that no call has needed since. They may come again.
  void end_unused_since(std::chrono::steady_clock::time_point then);

  // Ends all zygotes, for what they hold: one whose children run calls ends after the last of them. Whether there was
  // one.
  bool give_back();

  // Whether this is the process that made it.
  bool is_ours() const;

 private:
  struct Entry {
    std::string item;
    std::string code;             // that the zygote has
    bool has_item_apart = false;  // and whether children may be given another
    std::string other_code;       // of the last call, where it was another, and
    int calls_of_other = 0;       // how many in a row have had it
    int calls = 0;
    RetryPause pause;
    std::uint64_t used = 0;
    std::chrono::steady_clock::time_point used_at;
    std::optional<container::Zygote> zygote;
    std::optional<WarmSpares> spares;  // where there is a zygote
    std::chrono::system_clock::time_point since;
    bool is_hopeless = false;  // this interpreter, or this machine, cannot do it
    std::string trouble;       // why the last one could not be had; empty since one could
    std::string why_first;     // why the call with which `calls` begins anew finds none; empty: it is the first of all
    // Since when it makes itself ready, and with which imports; not set once it is ready.
    std::optional<std::chrono::steady_clock::time_point> begun;
    ImportList imports;
    std::vector<std::string> remarks;
    bool is_without_imports = false;  // one that had them did not become ready
    bool is_list_to_blame = false;    // since it ended by itself; if one without becomes ready, that was why
    bool has_grown = false;           // calls have told of more since it was begun
    int renewed_at = kFirstRenewal;   // the number of calls from which on one with more imports may take its place
  };
  static constexpr int kFirstRenewal = 8;
  static constexpr int kCallsOfOther = 2;  // in a row: the next zygote has that code
  Entry& entry_of(const WarmCall& call);
  void make_room_below(std::size_t most);
  Result<void> begin(Entry& entry, const WarmCall& call);
  Result<bool> get_ready(Entry& entry, const std::string& key, const container::Patience& patience);
  Result<bool> start(Entry& entry, const WarmCall& call, const container::Patience& patience);
  static void end(Entry& entry);
  static void end_unfailed(Entry& entry, std::string why);
  static void end_for(Entry& entry, const Error& trouble);
  std::optional<std::string> why_none(Entry& entry, const WarmCall& call) const;
  static void note_code(Entry& entry, const WarmCall& call);
  static bool is_due(const Entry& entry);
  static void end_for_child(Entry& entry, const Error& trouble);

  const container::RuntimeFolder& folder_;
  LearnedImports imports_;
  pid_t owner_;
  std::size_t most_ = kMostZygotes;
  std::size_t most_spares_ = 1;
  bool begins_ = true;
  std::optional<std::chrono::steady_clock::time_point> came_;
  std::uint64_t clock_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace berth::app
