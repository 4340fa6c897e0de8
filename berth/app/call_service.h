// The main verb: run one call of an item.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/call_request.h"
#include "berth/app/scene.h"
#include "berth/app/settings.h"
#include "berth/app/shared_process.h"
#include "berth/app/warm_pool.h"
#include "berth/base/result.h"
#include "berth/container/runtime_folder.h"
#include "berth/content/content_tree.h"
#include "berth/image/local_store.h"

namespace berth::app {

constexpr int kDeepestCall = 16;

// Where a call stands among the calls that led to it.
struct Nesting {
  int depth = 0;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::vector<std::string> callers;  // names, the outermost first
  std::vector<std::string> keys;     // name and arguments of each, to tell circles
};

// Runs calls of one run: the one that the user asked for and those that its script makes. For one thread.
class CallService {
 public:
  // In a playground; scene().enter_investigation() goes elsewhere. Errors: those of the storage and the runtime folder.
  static Result<CallService> open(const Settings& settings, container::Guards guards);

  Scene& scene() { return *scene_; }
  const Settings& settings() const { return settings_; }

  // Runs it and posts what it answered. The error is for a request that cannot be carried out as it is (InvalidInput,
  // NotFound), or a container that cannot be had (StartError tells them apart). Everything after the start is in the
  // answer.
  std::expected<CallAnswer, StartError> run(const CallRequest& request);

  // The two halves of it, for those who run calls apart: what the call answered is in `new_entries` until it is posted.
  std::expected<CallAnswer, StartError> call(const CallRequest& request, const Nesting& nesting);
  Result<void> post(CallAnswer& answer, const Recording& recording);

 private:
  void tell_troubles(CallAnswer& answer);
  CallService(const Settings& settings, container::Guards guards, image::LocalStore store,
              container::RuntimeFolder folder)
      : settings_(settings),
        guards_(std::move(guards)),
        store_(std::move(store)),
        folder_(std::make_unique<container::RuntimeFolder>(std::move(folder))),
        warm_(std::make_unique<WarmPool>(*folder_)),
        shared_(std::make_unique<SharedProcesses>()),
        scene_(std::make_unique<Scene>(settings)) {}

  const Settings& settings_;
  container::Guards guards_;
  image::LocalStore store_;
  std::unique_ptr<container::RuntimeFolder> folder_;  // stays where it is: the pool uses it
  std::unique_ptr<WarmPool> warm_;
  std::unique_ptr<SharedProcesses> shared_;
  std::vector<Error> warm_troubles_;  // why calls were not warm: for the answer of the outermost
  std::unique_ptr<Scene> scene_;
};

}  // namespace berth::app
