#include "berth/app/call_service.h"

#include <unistd.h>

#include <utility>

#include "berth/app/entry_recording.h"
#include "berth/app/mask.h"
#include "berth/app/one_call.h"
#include "berth/app/own_guards.h"

namespace berth::app {

Result<CallService> CallService::open(const Settings& settings, container::Guards guards) {
  BERTH_TRY(CallMeans means, CallMeans::open(settings));
  auto own = std::make_unique<CallMeans>(std::move(means));
  CallService service(settings, std::move(guards), *own, ::geteuid());
  service.own_means_ = std::move(own);
  return service;
}

CallService::CallService(const Settings& settings, container::Guards guards, CallMeans& means, uid_t user)
    : settings_(settings),
      guards_(guards_for(settings, std::move(guards))),
      means_(&means),
      user_(user),
      scene_(std::make_unique<Scene>(settings)) {}

std::expected<CallAnswer, StartError> CallService::run(const CallRequest& request) {
  Nesting nesting;
  nesting.callers.push_back(request.item.name);
  auto answer = call(request, nesting);
  if (!answer) return answer;
  if (auto posted = post(*answer, request.recording); !posted) {
    return std::unexpected(StartError{std::move(posted).error().in("keep what the call answered"), false});
  }
  return answer;
}

Result<void> CallService::post(CallAnswer& answer, const Recording& recording) {
  std::vector<server::NewEntry> entries = std::move(answer.new_entries);
  answer.new_entries.clear();
  const Mask mask_of(answer.secrets);
  for (server::NewEntry& one : entries) {
    // What is kept is what is shown. The script that asked gets it whole, and its own entries are masked in turn.
    if (recording.posts || one.file) one.entry = mask_of.in_json(one.entry);
    for (const std::string& problem : apply_recording(one.entry, recording, scene_->script())) {
      answer.warnings.push_back(mask_of.in_text(problem));
    }
  }
  if (!recording.posts) {
    // For the script that asked: only what has a file is kept, so that it can be asked for.
    for (server::NewEntry& one : entries) {
      if (one.file) {
        std::vector<server::NewEntry> kept;
        kept.push_back(std::move(one));
        BERTH_CHECK_OK(scene_->investigation().post(kept, {answer.id, recording.parent, false}, scene_->script()));
        one = std::move(kept.front());
      }
      answer.record.entries.push_back(std::move(one.entry));
    }
    return {};
  }
  const bool merges = !recording.ignore_outputs || !recording.extensions.empty();
  BERTH_TRY(server::Posted posted,
            scene_->investigation().post(entries, {answer.id, recording.parent, merges}, scene_->script()));
  for (std::string& problem : posted.problems) answer.warnings.push_back(mask(problem, answer.secrets));
  for (server::NewEntry& one : entries) answer.record.entries.push_back(std::move(one.entry));
  return {};
}

std::expected<CallAnswer, StartError> CallService::call(const CallRequest& request, const Nesting& nesting) {
  return OneCall(*this, planning(), request, nesting, telling_).run(Aim::Call);
}

std::expected<void, StartError> CallService::warm_up(const CallRequest& request) {
  BERTH_CHECK_OK(OneCall(*this, planning(), request, {}, telling_).run(Aim::WarmUp));
  return {};
}

}  // namespace berth::app
