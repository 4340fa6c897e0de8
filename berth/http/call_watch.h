// What is to be done about a call whose worker may hang, judged from outside of it: a worker that works keeps its times
// by itself, and none of these comes to pass.
#pragma once

#include <chrono>
#include <optional>

#include "berth/http/worker_board.h"

namespace berth::http {

constexpr std::chrono::seconds kLongestUnread{30};  // for a worker to look at a call that it was handed
constexpr std::chrono::seconds kPastDeadline{10};   // for it to end a script whose time is over
constexpr std::chrono::seconds kWatchPause{1};      // between two looks at the calls that run

struct WatchedCall {
  using Time = std::chrono::steady_clock::time_point;

  CallStage stage = CallStage::Handed;
  Time handed_at = {};
  std::optional<Time> deadline;  // as its worker has told: of the script that runs,
  bool is_client_gone = false;
  bool awaits_script = false;  // or of its beginning
};

enum class CallVerdict {
  GoesOn,
  Stop,        // its client is gone: it has as long as one that is told to stop
  IsNotRead,   // kill its worker: it does not look at it
  HasNoEnd,    // kill its worker: it does not end it
  IsNotBegun,  // kill its worker: it does not come to the script
};

// Pure.
inline CallVerdict judge(const WatchedCall& call, WatchedCall::Time now) {
  if (call.stage == CallStage::Handed && now - call.handed_at >= kLongestUnread) return CallVerdict::IsNotRead;
  if (call.deadline && now - *call.deadline >= kPastDeadline) {
    return call.awaits_script ? CallVerdict::IsNotBegun : CallVerdict::HasNoEnd;
  }
  return call.is_client_gone ? CallVerdict::Stop : CallVerdict::GoesOn;
}

}  // namespace berth::http
