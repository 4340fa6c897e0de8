// A running container that Docker or Podman made: isolated as theirs can be, and gone with the object.
//
// The engine is asked over its command line, and attached to over that command's standard streams. The container's
// first process is ours (loop/first.cc). It says that it is there, and waits: Berth finds it on this machine by the
// lock that it holds, gives it its network, and lets it start the interpreter.
//
// What it does not do: images, which are the engine's; containers on other machines; containers of ordinary users.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/container.h"
#include "berth/container/engine_kind.h"
#include "berth/container/engine_stage.h"
#include "berth/container/launch_spec.h"
#include "berth/container/lease.h"
#include "berth/container/network.h"
#include "berth/container/runtime_folder.h"
#include "berth/container/watcher.h"
#include "berth/sys/child.h"
#include "berth/sys/engine_program.h"

namespace berth::container {

// For one call, used by one thread; the process must have no other.
class EngineContainer {
 public:
  // Returns once the interpreter runs; nothing is left otherwise.
  // Errors: NotFound when the engine's program, the image or its interpreter is not there; Unavailable, with the
  // engine's own words, where it does not hold the container to its limits, and where it has given it no user namespace
  // and the operator has not set that; TimedOut; those of the lease and the network.
  static Result<EngineContainer> start(EngineKind kind, const LaunchSpec& spec, const RuntimeFolder& folder);

  EngineContainer(EngineContainer&&) noexcept = default;
  EngineContainer& operator=(EngineContainer&&) = delete;
  ~EngineContainer();

  // As of Container; what is printed to descriptor 1 arrives with `complaints`.
  UniqueFd& in() { return in_; }
  UniqueFd& out() { return out_; }
  UniqueFd& printed() { return printed_; }
  UniqueFd& complaints() { return complaints_; }
  int ended() const { return script_.get(); }
  int work_folder() const { return stage_->scratch(); }
  int network_name_space() const { return network_name_space_.get(); }
  const std::vector<Moment>& moments() const { return moments_; }
  // In what this container is less than one of Berth's own, a line each.
  const std::vector<std::string>& remarks() const { return remarks_; }

  // The conversation is over: takes the figures, which go with the container, and ends it. What was written before
  // arrives, and then the streams end. Nothing happens the second time.
  void let_go();

  // Waits until the engine has removed it, and cleans up. At most once. Errors: Unavailable.
  Result<ContainerEnd> end();

 private:
  EngineContainer(EngineKind kind, std::string id, Lease lease, EngineStage stage, Watcher watcher);

  Result<void> wait_for_first(std::chrono::steady_clock::time_point deadline);
  void take_warnings();
  Result<void> find_processes(const LaunchSpec& spec);
  // Fails closed: an engine goes on without what its kernel lacks.
  Result<void> check_limits(const Limits& limits, std::string_view engine_id);
  Result<void> give_network();
  Result<void> wait_for_interpreter(const LaunchSpec& spec, std::chrono::steady_clock::time_point deadline);
  std::unexpected<Error> ended_early(const LaunchSpec& spec, std::chrono::steady_clock::time_point deadline);
  // The engine made no container: what its command says.
  std::unexpected<Error> refused();
  Result<void> wait_for_removal();
  void kill_first();

  // In this order, so that destruction goes the other way.
  EngineKind kind_;
  std::string id_;
  sys::EngineProgram program_;
  Lease lease_;
  std::unique_ptr<EngineStage> stage_;
  Watcher watcher_;
  std::unique_ptr<Network> network_;     // null for none
  std::unique_ptr<sys::Child> command_;  // null once it is over
  UniqueFd in_;
  UniqueFd out_;
  UniqueFd printed_;
  UniqueFd complaints_;
  UniqueFd first_;   // pidfd of the container's first process
  UniqueFd script_;  // and of the interpreter's
  pid_t first_pid_ = 0;
  pid_t script_pid_ = 0;
  UniqueFd network_name_space_;
  std::vector<sys::CgroupHierarchy> groups_;
  std::optional<ContainerEnd> figures_;
  std::vector<Moment> moments_;
  std::vector<std::string> remarks_;
};

}  // namespace berth::container
