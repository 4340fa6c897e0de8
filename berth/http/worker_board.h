// A page that a worker and the daemon share: how far the worker has come with its call, told without waking anybody.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "berth/app/call_progress.h"
#include "berth/base/result.h"

namespace berth::http {

// How far: what the daemon has to know when the worker is dead.
enum class CallStage : std::uint32_t {
  Handed,     // the worker has not looked at it: nothing of it has run
  Begun,      // it may have run, and nothing of the answer is out
  Answering,  // some events are out, each of them whole: the daemon may add the last one
  Writing,    // a part of something may be out: nobody else can go on with it
  Answered,   // all of it is out
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
  void reach(CallStage stage) { page_->stage = stage; }
  void tell_item(std::string_view item);
  void tell_progress(const app::CallProgress& progress);

  CallStage stage() const { return page_->stage; }
  std::optional<std::chrono::steady_clock::time_point> deadline() const;
  // Whether that is when a script must have begun.
  bool awaits_script() const { return deadline() && !page_->has_begun; }
  // One of the container in which the script runs; 0 where none does, or nobody knows.
  pid_t process() const { return page_->process; }
  // What the worker has told; empty before that.
  std::string item() const;

 private:
  static constexpr std::size_t kLongestItem = 240;
  struct Page {
    std::atomic<CallStage> stage = CallStage::Handed;
    std::atomic<std::uint32_t> item_size = 0;
    std::atomic<std::int64_t> deadline = 0;  // of the clock's own ticks; 0: none
    std::atomic<bool> has_begun = false;
    std::atomic<pid_t> process = 0;
    std::array<std::atomic<char>, kLongestItem> item = {};
  };
  explicit WorkerBoard(Page* page) : page_(page) {}

  Page* page_;
};

}  // namespace berth::http
