// An interpreter in a container that has loaded what calls share, and forks an isolated process for each of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/child_network.h"
#include "berth/container/child_slot.h"
#include "berth/container/container.h"
#include "berth/container/launch_spec.h"
#include "berth/container/process_pages.h"
#include "berth/container/zygote_channel.h"

namespace berth::container {

// What the children of a zygote have in common with it, and use as long as they live.
struct ZygoteHome {
  ZygoteHome(Container made, const LaunchSpec& call, const RuntimeFolder& runtime)
      : container(std::move(made)),
        id(call.id),
        limits(call.limits),
        network(call.network),
        folder(runtime),
        channel(std::move(container.in())) {}

  Container container;
  std::string id;
  Limits limits;        // of each call
  NetworkSpec network;  // likewise
  RuntimeFolder folder;
  UniqueFd user_namespace;  // the container's
  ZygoteChannel channel;
  std::mutex mutex;
  std::map<std::uint32_t, pid_t> scripts;  // of the children that live and were found isolated; under `mutex`
  std::vector<ChildSlot> slots;            // those that children have left for others; likewise
  CallPages pages{fork::kMostPages};       // likewise
};

// One call's process: in namespaces and a cgroup of its own, without privileges. Destruction kills every process in it
// and removes its cgroup and the wire of its network; its mounts and namespaces go with its processes. Used by one
// thread at a time.
class CallChild {
 public:
  CallChild(CallChild&& other) noexcept;
  CallChild& operator=(CallChild&&) = delete;
  ~CallChild();

  // Waits until it has isolated itself and is ready for its job, and its network as well, and makes sure that it has:
  // the zygote, which says so, is trusted no more than a script. Errors: TimedOut; Unavailable with the step that
  // failed; Denied when it is not isolated.
  Result<void> wait_until_ready(const Patience& patience);

  // Whether it can still be given a job: networks grow old (ChildNetwork::is_fresh).
  bool is_fresh() const { return !network_ || network_->is_fresh(); }

  // As of a Container.
  UniqueFd& in() { return in_; }
  UniqueFd& out() { return out_; }
  UniqueFd& printed() { return printed_; }
  UniqueFd& complaints() { return complaints_; }
  int ended() const { return script_.get(); }
  int work_folder() const { return scratch_.get(); }
  std::uint32_t number() const { return number_; }
  // The interpreter, once it is ready; 0 before.
  pid_t pid() const { return pid_; }
  // Of its own, without what it shares with its zygote; none where the kernel does not tell.
  std::optional<std::uint64_t> memory_bytes_now() const { return slot_.meter().memory_bytes_now(); }

  // Of one that has answered and still lives: takes note of the memory that its call has written to, so that the next
  // children have it ready.
  void learn_pages();
  // The figures of one that has answered and still lives.
  ContainerEnd figures() const;
  // Ends it and takes the figures, as Container::end. At most once.
  Result<ContainerEnd> end(std::chrono::milliseconds grace);
  // Kills one whose figures have been taken, or are of no interest, without waiting for its death. Its files go with
  // it.
  void end_soon();
  // The same, and waits, and gives back what it held. Errors: of waiting for its death.
  Result<void> end_unasked();

 private:
  friend class Zygote;
  CallChild(std::shared_ptr<ZygoteHome> home, std::uint32_t number, ChildSlot slot)
      : home_(std::move(home)), number_(number), slot_(std::move(slot)) {}
  Result<void> check_what_it_is();
  void compare_pages();
  std::chrono::nanoseconds cpu_time_now() const;
  Result<void> kill_and_wait();
  std::string leave_slot();
  void let_go(ContainerEnd& end);
  void cut_off();
  struct Told;
  void kill();
  Told ask_how_it_ended();

  std::shared_ptr<ZygoteHome> home_;
  std::uint32_t number_;
  pid_t pid_ = 0;  // of the interpreter, once it was found isolated
  ChildSlot slot_;
  std::optional<ChildNetwork> network_;  // none for calls without one: it makes its own
  UniqueFd reaper_;                      // pidfd of the first process of its pid namespace
  UniqueFd script_;                      // and of the interpreter
  UniqueFd in_;
  UniqueFd out_;
  UniqueFd printed_;
  UniqueFd complaints_;
  UniqueFd scratch_;
};

// Killed with all of its children when the last of them and this are gone.
class Zygote {
 public:
  // Starts one for calls like `call`: its image, programs, environment, network, limits and guards. `call.fixed` holds
  // zygote.py and what it loads (loop/zygote.py). Returns once it can fork.
  // Errors: those of Container::start(); Unavailable when its interpreter cannot do it, with what it said.
  static Result<Zygote> start(const LaunchSpec& call, const RuntimeFolder& folder, const Patience& patience);

  // The two halves of it. Once `speaks()` is readable, wait_until_ready() does not wait. After an error of the second
  // it is of no use any more.
  static Result<Zygote> begin(const LaunchSpec& call, const RuntimeFolder& folder);
  int speaks() const { return home_->channel.descriptor(); }
  Result<void> wait_until_ready(const Patience& patience);

  // A child that isolates itself from here on. With a network this process must have one thread. Errors: Unavailable,
  // Exhausted, TimedOut; those of ChildNetwork.
  Result<CallChild> fork_child(const Patience& patience);

  // Whether it cannot fork any more: it does not answer as it should, or not in time.
  bool is_lost() const { return home_->channel.is_over(); }

  // Readable once it has ended.
  int ended() const { return home_->container.ended(); }
  const Container& container() const { return home_->container; }

 private:
  explicit Zygote(std::shared_ptr<ZygoteHome> home) : home_(std::move(home)) {}

  std::shared_ptr<ZygoteHome> home_;
  std::uint32_t children_ = 0;
};

}  // namespace berth::container
