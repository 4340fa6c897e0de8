// Keeps incidents alike here and elsewhere, by the mirroring commands of the instance that they name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/app/call_service.h"
#include "berth/app/fetched.h"
#include "berth/base/result.h"
#include "berth/server/mirroring.h"
#include "berth/store/mirror_turns.h"

namespace berth::app {

// What the texts of errors mean that mirroring commands answer with, as content and servers have agreed.
enum class MirrorError {
  ThisOne,         // of this incident alone
  Everything,      // "API rate limit", "skip update": ask for no more until the next time
  NotImplemented,  // get-modified-remote-data is not there: each incident is to be asked for
};
// Of a call that did not go well. Pure.
MirrorError meaning_of(const Fetched& fetched);

// One round: `send`, then `receive`. In both, `call` says how calls run, and holds the item and the opened instance.
// Each incident is kept by itself, in one transaction with what was told of it or came, so one that fails holds up no
// other: it has its turn again behind them. A round makes up to 500 calls of a kind, and the next one goes on. For one
// thread. Errors: those of the database.
class MirrorService {
 public:
  explicit MirrorService(CallService& calls) : calls_(calls) {}

  // Calls `update-remote-system` for each incident that has changed here, or has entries with its tags, since the other
  // side was last told. It is told again when what it was told cannot be kept.
  Result<std::vector<Fetched>> send(const CallRequest& call);

  // Calls `get-modified-remote-data`, and `get-remote-data` for each incident that has changed elsewhere. When the
  // first goes well, what it set of its last mirror run and the time of this round are kept with which incidents are to
  // be asked for. One that goes wrong is asked for again in each round; after MirrorTurns::kMostTries a note in its
  // investigation says so, and it waits until it changes elsewhere. What was changed here and could not be sent stays
  // as it is.
  Result<std::vector<Fetched>> receive(const CallRequest& call);

 private:
  Fetched send_one(const CallRequest& call, const server::MirroredIncident& incident,
                   const server::OutgoingUpdate& update);
  // The error is the database's; what is wrong with the answer is its problem.
  Result<Fetched> ask_what_changed(const CallRequest& call, store::Database& database, store::Time oldest);
  Fetched receive_one(const CallRequest& call, store::Database& database, const store::MirrorTurn& turn);
  Result<void> count_failure(store::Database& database, const store::MirrorTurn& turn, Fetched& fetched);

  CallService& calls_;
};

}  // namespace berth::app
