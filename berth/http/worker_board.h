// A page that a worker and the daemon share: how far the worker has come with its call, told without waking anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "berth/base/result.h"

namespace berth::http {

// How far: what the daemon has to know when the worker is dead.
enum class CallStage : std::uint32_t {
  Handed,     // the worker has not looked at it: nothing of it has run
  Begun,      // it may have run
  Answering,  // a part of the answer may be out: the daemon must not answer itself
};

// Made before the fork; what one side has written, the other sees, also when the first one is dead.
class WorkerBoard {
 public:
  // Errors: Exhausted (memory).
  static Result<WorkerBoard> make();
  WorkerBoard(WorkerBoard&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
  WorkerBoard& operator=(WorkerBoard&& other) noexcept {
    std::swap(page_, other.page_);
    return *this;
  }
  ~WorkerBoard();

  // By the daemon, before it hands over a call.
  void clear();
  // By the worker.
  void begin() { page_->stage = CallStage::Begun; }
  void begin_answer() { page_->stage = CallStage::Answering; }
  void tell_item(std::string_view item);

  CallStage stage() const { return page_->stage; }
  // What the worker has told; empty before that.
  std::string item() const;

 private:
  static constexpr std::size_t kLongestItem = 240;
  struct Page {
    std::atomic<CallStage> stage = CallStage::Handed;
    std::atomic<std::uint32_t> item_size = 0;
    std::array<std::atomic<char>, kLongestItem> item = {};
  };
  explicit WorkerBoard(Page* page) : page_(page) {}

  Page* page_;
};

}  // namespace berth::http
