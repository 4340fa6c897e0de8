// What calls of one process use and none of them owns: where containers lie, which images there are, the zygotes.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/assembled_codes.h"
#include "berth/app/call_progress.h"
#include "berth/app/settings.h"
#include "berth/app/shared_process.h"
#include "berth/app/warm_key.h"
#include "berth/app/warm_pool.h"
#include "berth/base/result.h"
#include "berth/container/engine.h"
#include "berth/container/runtime_folder.h"
#include "berth/image/engine_images.h"
#include "berth/image/kept_images.h"
#include "berth/image/kept_locks.h"

namespace berth::app {

// Made once in a process, and used by one run after another. Nothing in it comes from a call but the code of items. For
// one thread.
class CallMeans {
 public:
  // Errors: those of the storage and the runtime folder.
  static Result<CallMeans> open(const Settings& settings);

  // What `wanted` means to the engine. The answer holds until the next call. Errors: those of KeptImages::resolve(), or
  // of EngineImages::resolve().
  Result<const image::ResolvedImage*> resolve(const image::Reference& wanted, const image::SubstitutionTable& table,
                                              const image::TrustPolicy& trust);
  container::ContainerEngine& engine() { return *engine_; }
  const container::RuntimeFolder& folder() const { return *folder_; }
  WarmPool& warm() { return *warm_; }
  const WarmPool& warm() const { return *warm_; }
  SharedProcesses& shared() { return *shared_; }
  const SharedProcesses& shared() const { return *shared_; }
  // Ends all zygotes and all shared processes that wait, for what they hold. Whether there was one.
  bool give_back();

  AssembledCodes& codes() { return codes_; }
  WarmKeys& keys() { return keys_; }
  image::KeptLocks& locks() { return locks_; }

  // In a process that stays, what is made for the next call waits until the answer to this one is out: make_ready().
  void stay() { stays_ = true; }
  bool stays() const { return stays_; }
  void make_ready_later(WarmCall call);
  // The process of a call that has answered: it is ended when the answer is out.
  void end_later(container::CallChild child);
  // Ends it at once, where the answer waits for its client.
  void end_answered_now();
  // Whether a zygote is to be made, which takes a moment; another child of one takes a fraction of it.
  bool has_zygotes_to_make() const;
  // Whether make_ready() has anything to do.
  bool has_something_left() const;
  // Ends what has answered, makes what calls have left to be made, and ends zygotes that none has used for
  // serve.idle_time. `gone` is readable once nobody wants it any more, `wanted` once there is something else to do:
  // what the next call does not need waits then.
  void make_ready(int gone, int wanted = -1);
  // Has more children wait, where calls came faster than one after the other is made (WarmPool::fill), until `wanted`
  // is readable.
  void fill(int wanted);
  // Why something could not be made for the call with this key, told once: it is tried again after some calls.
  std::optional<Error> take_trouble(const std::string& key);

  // How far a call is: for who watches from outside whether this process hangs.
  using OnProgress = std::function<void(const CallProgress&)>;
  void watch_progress(OnProgress on_progress) { on_progress_ = std::move(on_progress); }
  void tell_progress(const CallProgress& progress) const {
    if (on_progress_) on_progress_(progress);
  }

 private:
  void end_answered();
  void let_go_of_ended();
  void let_go_of_dead();
  void note(const std::string& key, const std::string& item, Result<void> made);
  // What was not used since then is not kept.
  std::chrono::steady_clock::time_point long_ago() const { return std::chrono::steady_clock::now() - idle_time_; }

  CallMeans(image::KeptImages images, container::RuntimeFolder folder, LearnedImports imports)
      : images_(std::move(images)),
        folder_(std::make_unique<container::RuntimeFolder>(std::move(folder))),
        warm_(std::make_unique<WarmPool>(*folder_, std::move(imports))),
        shared_(std::make_unique<SharedProcesses>()) {}

  image::KeptImages images_;
  std::unique_ptr<container::RuntimeFolder> folder_;  // stays where it is: pool and engine use it
  std::unique_ptr<container::ContainerEngine> engine_;
  std::optional<image::EngineImages> engine_images_;  // of another engine than Berth itself
  std::unique_ptr<WarmPool> warm_;
  std::unique_ptr<SharedProcesses> shared_;
  AssembledCodes codes_;
  WarmKeys keys_;
  image::KeptLocks locks_;
  std::chrono::milliseconds idle_time_ = {};
  bool stays_ = false;
  std::vector<container::CallChild> answered_;
  std::list<container::CallChild> ended_;  // killed, and not waited for yet
  std::vector<WarmCall> later_;
  std::map<std::string, Error> troubles_;  // by key
  OnProgress on_progress_;
};

}  // namespace berth::app
