// The main verb: run one call of an item.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/call_request.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/runtime_folder.h"
#include "berth/content/content_tree.h"
#include "berth/image/local_store.h"

namespace berth::app {

constexpr int kDeepestCall = 16;

// Runs calls of one run: the one that the user asked for and those that its script makes. For one thread.
class CallService {
 public:
  // Errors: those of the storage and the runtime folder.
  static Result<CallService> open(const Settings& settings, container::Guards guards);

  Playground& playground() { return playground_; }

  // Errors are what keeps a call from starting: bad input (InvalidInput, NotFound), or a container that cannot be had
  // (StartError tells them apart). Everything after the start is in the answer.
  struct StartError {
    Error error;
    bool is_start = false;  // the container failed to start; false: the request was wrong
  };
  std::expected<CallAnswer, StartError> run(const CallRequest& request);

 private:
  friend class CallHost;
  struct Nesting {
    int depth = 0;
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    std::vector<std::string> callers;
  };
  std::expected<CallAnswer, StartError> run_nested(const CallRequest& request, const Nesting& nesting);

  CallService(const Settings& settings, container::Guards guards, image::LocalStore store,
              container::RuntimeFolder folder)
      : settings_(settings), guards_(std::move(guards)), store_(std::move(store)), folder_(std::move(folder)) {}

  const Settings& settings_;
  container::Guards guards_;
  image::LocalStore store_;
  container::RuntimeFolder folder_;
  Playground playground_;
};

}  // namespace berth::app
