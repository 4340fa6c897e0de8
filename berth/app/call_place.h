// Where a call runs: in a container of its own, which Berth or another engine made, in a process that a zygote has
// forked for it, or in one that serves calls one after another.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "berth/app/shared_process.h"
#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/container.h"
#include "berth/container/engine_container.h"
#include "berth/container/zygote.h"

namespace berth::app {

// The one interface to all; see container/container.h for what its parts mean.
class CallPlace {
  template <class Use>
  decltype(auto) visit(const Use& use) {
    if (container::Container* const container = this->container(); container != nullptr) return use(*container);
    if (container::EngineContainer* const other = engine(); other != nullptr) return use(*other);
    return use(std::get<container::CallChild>(place_));
  }

 public:
  explicit CallPlace(container::Container own) : place_(std::move(own)) {}
  explicit CallPlace(container::EngineContainer own) : place_(std::move(own)) {}
  explicit CallPlace(container::CallChild child) : place_(std::move(child)) {}
  explicit CallPlace(SharedProcess process) : place_(std::move(process)) {}

  bool is_warm() const { return std::holds_alternative<container::CallChild>(place_); }
  // The container of Berth's own; null for a zygote's child.
  container::Container* container() {
    SharedProcess* const shared = this->shared();
    return shared != nullptr ? &shared->container() : std::get_if<container::Container>(&place_);
  }
  // The container that another engine made; null for all else.
  container::EngineContainer* engine() { return std::get_if<container::EngineContainer>(&place_); }
  // And the zygote's child; null for a container.
  container::CallChild* child() { return std::get_if<container::CallChild>(&place_); }
  // The process that serves further calls; null for one that does not.
  SharedProcess* shared() { return std::get_if<SharedProcess>(&place_); }

  UniqueFd& in() {
    return visit([](auto& place) -> UniqueFd& { return place.in(); });
  }
  UniqueFd& out() {
    return visit([](auto& place) -> UniqueFd& { return place.out(); });
  }
  UniqueFd& printed() {
    return visit([](auto& place) -> UniqueFd& { return place.printed(); });
  }
  UniqueFd& complaints() {
    return visit([](auto& place) -> UniqueFd& { return place.complaints(); });
  }
  int ended() {
    return visit([](auto& place) { return place.ended(); });
  }
  // One of those in its control group; 0 where another engine has made it.
  pid_t process() {
    if (engine() != nullptr) return 0;
    return child() != nullptr ? child()->pid() : container()->init();
  }
  int work_folder() {
    return visit([](auto& place) { return place.work_folder(); });
  }
  Result<container::ContainerEnd> end(std::chrono::milliseconds grace) {
    if (engine() != nullptr) return engine()->end();  // what it had to say has arrived
    if (child() != nullptr) return child()->end(grace);
    return shared() != nullptr ? shared()->end(grace) : container()->end(grace);
  }

 private:
  std::variant<container::Container, container::CallChild, SharedProcess, container::EngineContainer> place_;
};

}  // namespace berth::app
