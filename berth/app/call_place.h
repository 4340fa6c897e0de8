// Where a call runs: in a container of its own, or in a process that a zygote has forked for it.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/container.h"
#include "berth/container/zygote.h"

namespace berth::app {

// The one interface to both; see container/container.h for what its parts mean.
class CallPlace {
 public:
  explicit CallPlace(container::Container own) : place_(std::move(own)) {}
  explicit CallPlace(container::CallChild child) : place_(std::move(child)) {}

  bool is_warm() const { return std::holds_alternative<container::CallChild>(place_); }
  // The container; null for a zygote's child.
  container::Container* container() { return std::get_if<container::Container>(&place_); }
  // And the zygote's child; null for a container.
  container::CallChild* child() { return std::get_if<container::CallChild>(&place_); }

  UniqueFd& in() {
    return std::visit([](auto& place) -> UniqueFd& { return place.in(); }, place_);
  }
  UniqueFd& out() {
    return std::visit([](auto& place) -> UniqueFd& { return place.out(); }, place_);
  }
  UniqueFd& printed() {
    return std::visit([](auto& place) -> UniqueFd& { return place.printed(); }, place_);
  }
  UniqueFd& complaints() {
    return std::visit([](auto& place) -> UniqueFd& { return place.complaints(); }, place_);
  }
  int ended() const {
    return std::visit([](const auto& place) { return place.ended(); }, place_);
  }
  int work_folder() const {
    return std::visit([](const auto& place) { return place.work_folder(); }, place_);
  }
  Result<container::ContainerEnd> end(std::chrono::milliseconds grace) {
    return std::visit([&](auto& place) { return place.end(grace); }, place_);
  }

 private:
  std::variant<container::Container, container::CallChild> place_;
};

}  // namespace berth::app
