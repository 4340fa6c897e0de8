// The main verb: run one call of an item.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/call_means.h"
#include "berth/app/call_plan.h"
#include "berth/app/call_request.h"
#include "berth/app/scene.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/content/content_tree.h"

namespace berth::app {

constexpr int kDeepestCall = 16;

// Where a call stands among the calls that led to it.
struct Nesting {
  int depth = 0;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::vector<std::string> callers;  // names, the outermost first
  std::vector<std::string> keys;     // name and arguments of each, to tell circles
};

// What is to be told of warm calls in the answer of the outermost.
struct WarmTelling {
  std::vector<Error> troubles;       // why calls were not warm
  std::vector<std::string> remarks;  // about modules that are not imported ahead
};

// Runs calls of one run: the one that the user asked for and those that its script makes. For one thread.
class CallService {
 public:
  // For ourselves, in a playground; scene().enter_investigation() goes elsewhere. Errors: those of the storage and the
  // runtime folder.
  static Result<CallService> open(const Settings& settings, container::Guards guards);
  // For `user`, with means that outlive it: no other user's call has a process of theirs.
  CallService(const Settings& settings, container::Guards guards, CallMeans& means, uid_t user);

  Scene& scene() { return *scene_; }
  const Settings& settings() const { return settings_; }

  // Runs it and posts what it answered. The error is for a request that cannot be carried out as it is (InvalidInput,
  // NotFound), or a container that cannot be had (StartError tells them apart). Everything after the start is in the
  // answer.
  std::expected<CallAnswer, StartError> run(const CallRequest& request);

  // The two halves of it, for those who run calls apart: what the call answered is in `new_entries` until it is posted.
  std::expected<CallAnswer, StartError> call(const CallRequest& request, const Nesting& nesting);
  Result<void> post(CallAnswer& answer, const Recording& recording);

  // Has the means make ready what calls like this one use, later, and calls nothing: arguments and parameters are not
  // looked at. Does nothing where such calls have a container of their own. Errors: as of run(), before the start.
  std::expected<void, StartError> warm_up(const CallRequest& request);

 private:
  Planning planning() { return {settings_, guards_, *means_, *scene_, user_}; }
  const Settings& settings_;
  container::Guards guards_;
  std::unique_ptr<CallMeans> own_means_;  // null where others own them
  CallMeans* means_;
  uid_t user_;
  WarmTelling telling_;
  std::unique_ptr<Scene> scene_;
};

}  // namespace berth::app
