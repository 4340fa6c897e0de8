// A call that came over the socket, carried out: what `berth run` and `berth exec` do, with the answer as events.
#pragma once

#include <sys/types.h>

#include <vector>

#include "berth/app/call_means.h"
#include "berth/app/settings.h"
#include "berth/base/unique_fd.h"
#include "berth/container/guards.h"
#include "berth/http/answer_stream.h"
#include "berth/http/call_body.h"

namespace berth::http {

struct CallWork {
  Verb verb = Verb::Run;
  CallBody body;
  std::vector<UniqueFd> descriptors;  // that came along
  uid_t user = kNobody;               // who the client is: paths are read for nobody but who the daemon is
  int interrupt = -1;                 // readable once the call is to be stopped
};

// What calls of one process are carried out with. `means` may be an error, which is then the answer.
struct CallTools {
  const app::Settings& settings;
  const container::Guards& guards;
  const Result<app::CallMeans*>& means;
};

// Carries it out and answers, whatever comes of it. For a process that has one thread.
void carry_out(const CallWork& work, const CallTools& tools, AnswerStream& answer);

}  // namespace berth::http
