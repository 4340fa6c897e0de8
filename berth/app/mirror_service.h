// Keeps incidents alike here and elsewhere, by the mirroring commands of the instance that they name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/app/call_service.h"
#include "berth/app/fetched.h"
#include "berth/base/result.h"
#include "berth/server/mirroring.h"

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
// other. For one thread. Errors: those of the database.
class MirrorService {
 public:
  explicit MirrorService(CallService& calls) : calls_(calls) {}

  // Calls `update-remote-system` for each incident that has changed here, or has entries with its tags, since the other
  // side was last told. It is told again when what it was told cannot be kept.
  Result<std::vector<Fetched>> send(const CallRequest& call);

  // Calls `get-modified-remote-data`, and `get-remote-data` for each incident that has changed elsewhere. What the
  // first set of its last mirror run, and the time of this round, are kept when all went well; otherwise the next round
  // asks for the same time again. What was changed here and could not be sent stays as it is.
  Result<std::vector<Fetched>> receive(const CallRequest& call);

 private:
  Fetched send_one(const CallRequest& call, const server::MirroredIncident& incident,
                   const server::OutgoingUpdate& update);
  Fetched receive_one(const CallRequest& call, const server::MirroredIncident& incident);
  // The ones among `incidents` to ask for; `asked` gets its problem where there is no knowing.
  std::vector<const server::MirroredIncident*> changed_among(const std::vector<server::MirroredIncident>& incidents,
                                                             Fetched& asked) const;

  CallService& calls_;
};

}  // namespace berth::app
