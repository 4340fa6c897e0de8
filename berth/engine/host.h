// What a running script may ask of the one that runs it.
#pragma once

#include <chrono>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/wire/message.h"

namespace berth::engine {

// Answers the requests of one call. Handed down by whoever starts the call, so that a session knows neither content
// nor storage. Used by the session's thread alone.
class Host {
 public:
  virtual ~Host() = default;

  // The answer to `request`, which arrives before `deadline`. An error becomes a ValueError in the script, with the
  // error's text; the call goes on.
  virtual Result<Json> answer(const wire::Message& request, std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace berth::engine
