// Something that another thread does while this one goes on.
#pragma once

#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace berth {

// Does one piece of work in a thread of its own. Until take() has returned, or the object is gone, which waits for the
// thread, the process must not fork: locks that the thread holds would stay held in the child.
template <typename T>
class Meanwhile {
 public:
  Meanwhile() = default;  // nothing is being done
  template <typename Work>
  explicit Meanwhile(Work work)
      : result_(std::make_unique<std::optional<T>>()),
        thread_([result = result_.get(), work = std::move(work)]() mutable { result->emplace(work()); }) {}

  Meanwhile(Meanwhile&&) noexcept = default;
  Meanwhile& operator=(Meanwhile&& other) noexcept {
    if (thread_.joinable()) thread_.join();
    result_ = std::move(other.result_);
    thread_ = std::move(other.thread_);
    return *this;
  }
  ~Meanwhile() {
    if (thread_.joinable()) thread_.join();
  }

  // Waits for the work, and gives what came of it. Once.
  T take() {
    thread_.join();
    return *std::move(*std::exchange(result_, nullptr));
  }

 private:
  std::unique_ptr<std::optional<T>> result_;
  std::thread thread_;  // after what it writes to
};

}  // namespace berth
