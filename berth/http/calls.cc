#include "berth/http/calls.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>

#include "berth/app/exit_codes.h"
#include "berth/base/ids.h"

namespace berth::http {
namespace {

constexpr std::chrono::seconds kGrace{10};  // for a call that was told to end; its container takes a moment
constexpr timeval kTakeTime = {60, 0};      // a client that takes nothing for so long is gone

// In the worker.
void work(AskedCall& asked, const std::string& id, const WorkerEnds& ends, const app::Settings& settings,
          const container::Guards& guards) {
  ::setsockopt(asked.socket, SOL_SOCKET, SO_SNDTIMEO, &kTakeTime, sizeof(kTakeTime));
  const std::string* accept = asked.request.field("accept");
  const bool in_lines = accept != nullptr && accept->find(kLines) != std::string::npos;
  AnswerStream answer(asked.socket, ends.report, in_lines, id);
  auto body = parse_call_body(asked.verb, asked.request.body, asked.descriptors.size());
  if (!body) return answer.refuse(body.error(), app::kBadInputExit);
  asked.request.body.clear();
  const bool of_own_user = asked.peer.uid == ::geteuid();
  carry_out({asked.verb, *std::move(body), std::move(asked.descriptors), of_own_user, ends.interrupt}, settings, guards,
            answer);
}

}  // namespace

void Calls::forget(ConnectionId connection) {
  std::erase_if(waiting_, [&](const AskedCall& call) { return call.connection == connection; });
}

std::vector<Calls::Failed> Calls::start_next() {
  std::vector<Failed> failed;
  while (can_start() && !waiting_.empty()) {
    AskedCall call = std::move(waiting_.front());
    waiting_.pop_front();
    const std::string id = make_call_id();
    auto worker = start(id, call);
    if (!worker) {
      failed.push_back({call.connection, std::move(worker).error().in("start a process for the call")});
      continue;
    }
    // The worker has its own copies.
    call.descriptors.clear();
    call.request.body = std::string();
    running_.emplace(id, RunningCall{id, std::move(call), *std::move(worker), "", false});
  }
  return failed;
}

Result<Worker> Calls::start(const std::string& id, AskedCall& call) {
  std::vector<int> kept = {call.socket};
  for (const UniqueFd& one : call.descriptors) kept.push_back(one.get());
  return Worker::start(kept, call.socket, [&](const WorkerEnds& ends) { work(call, id, ends, settings_, guards_); });
}

void Calls::take_report(RunningCall& call) {
  for (const std::string& line : call.worker.read_report()) {
    if (line == "answering") call.answering = true;
    if (line.starts_with("item ")) call.item = line.substr(5);
  }
}

bool Calls::stop(const std::string& id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return false;
  found->second.worker.stop(kGrace);
  return true;
}

void Calls::stop_all() {
  for (auto& [id, call] : running_) call.worker.stop(kGrace);
}

Json Calls::list() const {
  Json list = Json::array();
  for (const auto& [id, call] : running_) {
    Json one = Json::object();
    one.set("id", id).set("verb", call.asked.verb == Verb::Run ? "run" : "exec").set("item", call.item);
    one.set("user", std::int64_t{call.asked.peer.uid}).set("client", call.asked.peer.pid).set("pid", call.worker.pid());
    one.set("since", call.worker.since());
    list.push_back(one.set("state", call.worker.is_stopping() ? "ending" : "running"));
  }
  for (const AskedCall& call : waiting_) {
    Json one = Json::object();
    one.set("verb", call.verb == Verb::Run ? "run" : "exec").set("user", std::int64_t{call.peer.uid});
    list.push_back(one.set("client", call.peer.pid).set("state", "waiting"));
  }
  return list;
}

}  // namespace berth::http
