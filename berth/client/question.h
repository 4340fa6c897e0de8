// Questions to the daemon about itself, and what it answers to them.
#pragma once

#include <cstdint>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/client/daemon.h"

namespace berth::client {

// Asks and gives the answer's object. Errors: those of Daemon::ask; InvalidInput where the daemon refuses what it is
// asked, Unavailable where it cannot, both with what it says; Corrupt for an answer that is no JSON.
Result<Json> ask_for_object(Daemon& daemon, const Request& request);

// What became of `POST /v1/pool/reset`.
struct PoolReset {
  Json told;               // the whole answer
  std::int64_t count = 0;  // workers, or with an item zygotes and shared processes, that were told to end
};

// `item` may be empty: all. Errors: those of ask_for_object; Corrupt where the answer says no number.
Result<PoolReset> reset_pool(Daemon& daemon, std::string_view item);

}  // namespace berth::client
