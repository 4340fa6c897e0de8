#include "berth/http/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "berth/app/longest_preparation.h"
#include "berth/base/ids.h"
#include "berth/base/utc_text.h"
#include "berth/http/call_end.h"
#include "berth/http/call_watch.h"
#include "berth/http/pool_json.h"
#include "berth/http/worker_loop.h"
#include "berth/wire/affinity.h"

namespace berth::http {
namespace {

constexpr std::chrono::seconds kGrace{10};         // for a call or worker told to end; containers take a moment
constexpr std::chrono::seconds kLongestRest{120};  // for what a worker does between calls: zygotes, each in ten seconds
constexpr std::size_t kMostKeptBytes = 64 << 10;   // of a request, in case that its worker dies before it looks at it
constexpr std::size_t kMostKeptDescriptors = 4;

WorkerBounds bounds_of(const app::ServeSettings& settings) {
  WorkerBounds bounds;
  bounds.calls = settings.calls;
  bounds.calls_of_key = settings.calls_per_key == 0 ? settings.calls : settings.calls_per_key;
  bounds.waiting = settings.waiting;
  bounds.idle = settings.idle_workers;
  bounds.idle_time = settings.idle_time;
  bounds.zygotes = settings.zygotes;
  bounds.zygote_bytes = settings.zygote_memory;
  return bounds;
}

std::string now_text() { return utc_text(std::chrono::system_clock::now()); }

Ask ask_of(std::uint64_t ticket, uid_t user, const std::string& affinity) {
  return {ticket, user, std::hash<std::string>()(affinity)};
}

const char* verb_name(Verb verb) { return verb == Verb::Run ? "run" : "exec"; }

}  // namespace

Calls::Calls(const app::Settings& settings, container::Guards guards)
    : settings_(settings),
      guards_(std::move(guards)),
      choice_(bounds_of(settings.serve)),
      to_warm_(settings.serve.prewarm.begin(), settings.serve.prewarm.end()) {}

void Calls::add(AskedCall call) {
  const ConnectionId connection = call.connection;
  choice_.add(ask_of(connection, call.peer.uid, call.affinity));
  asked_.insert_or_assign(connection, std::move(call));
}

bool Calls::has_room(uid_t user, const std::string& affinity) const {
  return choice_.has_room(ask_of(0, user, affinity));
}

std::optional<ConnectionId> Calls::crowd_out(uid_t user, const std::string& affinity) {
  const auto gone = choice_.crowd_out(ask_of(0, user, affinity));
  if (!gone) return std::nullopt;
  asked_.erase(gone->ticket);
  return gone->ticket;
}

void Calls::forget(ConnectionId connection) {
  if (choice_.forget(connection)) asked_.erase(connection);
}

Calls::Begun Calls::go_on() {
  Begun begun;
  while (const auto start = choice_.next()) {
    const ConnectionId connection = start->ask.ticket;
    if (auto handed = hand_over(*start); handed) {
      begun.handed_over.push_back(connection);
    } else {
      choice_.ended(start->worker, false);
      workers_.erase(start->worker);
      asked_.erase(connection);
      begun.failed.push_back({connection, false, false, std::move(handed).error().in("start a process for the call")});
    }
  }
  for (const WorkerChoice::Order& order : choice_.orders(std::chrono::steady_clock::now())) {
    CallWorker& worker = workers_.at(order.worker).worker;
    if (order.ends) {
      worker.let_go();
      worker.kill_after(kGrace);
    } else if (!worker.say(DropOrder{order.drops})) {
      worker.kill();  // its death tells the rest
    }
  }
  warm_up();
  return begun;
}

// The worker is a copy of the daemon, and so are those that it clones: what others have asked for is no business of
// theirs.
Result<CallWorker> Calls::start_worker() {
  return CallWorker::start([&](int socket, WorkerBoard& board) {
    const auto wipe = [](std::string& body) { ::explicit_bzero(body.data(), body.size()); };
    for (auto& [connection, asked] : asked_) wipe(asked.order.body);
    for (auto& [id, staying] : workers_) {
      if (staying.call) wipe(staying.call->asked.order.body);
    }
    serve_orders(socket, board, settings_, guards_);
  });
}

// What the operator wants warm, one after another, while nobody waits.
void Calls::warm_up() {
  if (!settings_.warm_calls || warms_ || to_warm_.empty() || choice_.waiting() > 0) return;
  const std::string wish = to_warm_.front();
  // As `berth run ITEM` and `berth exec '!ITEM'` say it; of a command, as the latter does.
  const std::string affinity = wire::affinity_text({.name = std::string_view(wish).substr(wish.rfind(' ') + 1)});
  const auto start = choice_.next_to_warm(std::hash<std::string>()(affinity));
  if (!start) return;
  if (start->is_new) {
    auto worker = start_worker();
    if (!worker) {
      choice_.ended(start->worker, false);
      return;
    }
    workers_.emplace(start->worker, Staying{*std::move(worker), now_text(), "", std::nullopt});
  }
  warms_ = start->worker;
  Staying& staying = workers_.at(start->worker);
  staying.affinity = affinity;
  if (!staying.worker.say(WarmOrder{wish, start->zygotes})) return staying.worker.kill();
  to_warm_.pop_front();
  staying.worker.rest_within(kLongestRest);
}

// An idle worker that is dead, which nobody has seen yet, takes nothing: another one is made in its place.
Result<void> Calls::hand_over(const WorkerChoice::Start& start) {
  AskedCall& asked = asked_.at(start.ask.ticket);
  asked.order.id = make_call_id();
  asked.order.zygotes = start.zygotes;
  asked.order.begins_zygotes = start.begins_zygotes;
  for (bool is_new = start.is_new;; is_new = true) {
    if (is_new) {
      workers_.erase(start.worker);
      BERTH_TRY(CallWorker worker, start_worker());
      workers_.emplace(start.worker, Staying{std::move(worker), now_text(), "", std::nullopt});
      if (!start.is_new) choice_.replaced(start.worker);
    }
    Staying& staying = workers_.at(start.worker);
    staying.worker.board().clear();
    if (auto said = staying.worker.say(asked.order, asked.socket); !said) {
      if (is_new) return said;
      continue;
    }
    staying.affinity = asked.affinity;
    staying.call.emplace(RunningCall{.asked = std::move(asked), .since = now_text()});
    asked_.erase(start.ask.ticket);
    CallOrder& order = staying.call->asked.order;
    if (order.body.size() > kMostKeptBytes || order.descriptors.size() > kMostKeptDescriptors) {
      order.body = std::string();
      order.descriptors.clear();
      staying.call->asked.was_handed = true;
    }
    return {};
  }
}

void Calls::add_to(std::vector<pollfd>& fds) const {
  for (const auto& [id, staying] : workers_) {
    fds.push_back({staying.worker.socket(), POLLIN, 0});
    fds.push_back({staying.worker.pidfd(), POLLIN, 0});
  }
}

std::vector<EndedCall> Calls::serve(std::vector<pollfd>::const_iterator fds) {
  std::vector<EndedCall> ended;
  std::vector<WorkerId> dead;
  for (auto& [id, staying] : workers_) {
    const bool has_told = (fds++)->revents != 0;
    const bool has_ended = (fds++)->revents != 0;
    if (has_told || has_ended) take_reports(id, staying, ended);
    if (has_ended) dead.push_back(id);
  }
  for (const WorkerId id : dead) {
    if (auto call = bury(id)) ended.push_back(*std::move(call));
  }
  return ended;
}

void Calls::take_reports(WorkerId id, Staying& staying, std::vector<EndedCall>& ended) {
  auto reports = staying.worker.take_reports();
  if (!reports) return staying.worker.kill();
  for (Report& report : *reports) {
    if (auto* rest = std::get_if<RestReport>(&report)) {
      if (!take_rest(id, staying, *rest)) return staying.worker.kill();
      continue;
    }
    auto& done = std::get<DoneReport>(report);
    if (!staying.call || staying.call->asked.order.id != done.id || !choice_.answered(id, done.makes_zygote)) {
      return staying.worker.kill();
    }
    staying.worker.forgive();
    staying.worker.rest_within(kLongestRest);
    times_.add(done.took_ns);
    ended.push_back({staying.call->asked.connection, done.keeps, false, std::nullopt});
    staying.call.reset();
    if (done.rest && !take_rest(id, staying, *done.rest)) return staying.worker.kill();
  }
}

bool Calls::take_rest(WorkerId id, Staying& staying, RestReport& rest) {
  const auto now = std::chrono::steady_clock::now();
  if (warms_ == id) warms_.reset();
  staying.worker.has_rested();
  if (!choice_.rested(id, std::move(rest.zygotes), rest.memory_bytes, now)) return false;
  choice_.shares(id, std::move(rest.shared));
  return true;
}

// A worker that is dead. Its call has run, or may have, and is not made again; or nobody has looked at it, and another
// worker does.
std::optional<EndedCall> Calls::bury(WorkerId id) {
  Staying& staying = workers_.at(id);
  const int status = staying.worker.reap();
  const CallStage stage = staying.worker.board().stage();
  std::optional<RunningCall> call = std::move(staying.call);
  workers_.erase(id);
  if (warms_ == id) warms_.reset();
  const bool is_again = call && stage == CallStage::Handed && !call->asked.was_handed && !call->is_stopping;
  const auto ask = choice_.ended(id, is_again);
  if (!call) return std::nullopt;
  EndedCall ended = {call->asked.connection, false, is_again && !ask, std::nullopt};
  if (ended.waits_again) {
    call->asked.was_handed = true;
    asked_.insert_or_assign(ended.connection, std::move(call->asked));
  } else if (const LastWord word = last_word(stage); word != LastWord::None) {
    const std::string end = call->killed_for.empty() ? ending_text(status) : call->killed_for + ", and was killed";
    ended.refusal = death_of(end, stage, call->asked.order.in_lines);
    ended.is_last_event = word == LastWord::Event;
  }
  return ended;
}

std::optional<std::chrono::steady_clock::time_point> Calls::next() const {
  auto next = choice_.next_time();
  for (const auto& [id, staying] : workers_) {
    if (const auto at = staying.worker.kill_at()) next = next ? std::min(*next, *at) : *at;
    if (staying.call) next = next ? std::min(*next, next_look_) : next_look_;
  }
  return next;
}

void Calls::drain() {
  choice_.drain();
  asked_.clear();
  to_warm_.clear();
}

std::size_t Calls::reset(const std::optional<std::string>& item) {
  to_warm_.assign(settings_.serve.prewarm.begin(), settings_.serve.prewarm.end());
  return choice_.reset(item);
}

void Calls::kill_if_due() {
  watch();
  for (auto& [id, staying] : workers_) {
    if (!staying.worker.kill_if_due() || !staying.call || !staying.call->killed_for.empty()) continue;
    staying.call->killed_for = staying.call->is_stopping ? "had not ended it ten seconds after it was told to"
                                                         : "was not done with the call before it in time";
  }
}

// What its worker keeps by itself, unless it hangs: the time of a call, and that its client is there.
void Calls::watch() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + kWatchPause;
  for (auto& [id, staying] : workers_) {
    if (!staying.call || !staying.call->killed_for.empty()) continue;
    const WorkerBoard& board = staying.worker.board();
    pollfd client = {staying.call->asked.socket, POLLRDHUP, 0};
    const bool is_gone = ::poll(&client, 1, 0) == 1;
    const WatchedCall call = {board.stage(), staying.call->handed_at, board.deadline(), is_gone, board.awaits_script()};
    switch (judge(call, now)) {
      case CallVerdict::GoesOn:
        break;
      case CallVerdict::Stop:
        stop(staying);
        break;
      case CallVerdict::IsNotRead:
        kill(staying, fmt::format("had not looked at it for {} s", kLongestUnread.count()));
        break;
      case CallVerdict::HasNoEnd:
        kill(staying, fmt::format("had not ended it {} s after its time was over", kPastDeadline.count()));
        break;
      case CallVerdict::IsNotBegun:
        kill(staying, fmt::format("had not come to its script in its time limit and {} s more",
                                  (app::kLongestPreparation + kPastDeadline).count()));
        break;
    }
  }
}

void Calls::kill(Staying& staying, std::string why) {
  staying.call->killed_for = std::move(why);
  staying.worker.kill();
}

void Calls::stop(Staying& staying) {
  if (staying.call->is_stopping) return;
  staying.call->is_stopping = true;
  staying.worker.kill_after(kGrace);
  if (!staying.worker.say(StopOrder{staying.call->asked.order.id})) staying.worker.kill();
}

bool Calls::stop(const std::string& id) {
  const auto found = std::ranges::find_if(
      workers_, [&](const auto& one) { return one.second.call && one.second.call->asked.order.id == id; });
  if (found == workers_.end()) return false;
  stop(found->second);
  return true;
}

void Calls::stop_all() {
  for (auto& [id, staying] : workers_) {
    if (staying.call) stop(staying);
  }
}

Json Calls::list() const {
  Json list = Json::array();
  const auto add = [&](const AskedCall& asked, const auto& more) {
    Json one = Json::object();
    if (!asked.order.id.empty()) one.set("id", asked.order.id);
    one.set("verb", verb_name(asked.order.verb)).set("user", std::int64_t{asked.peer.uid});
    one.set("client", asked.peer.pid);
    more(one);
    list.push_back(std::move(one));
  };
  for (const auto& [id, staying] : workers_) {
    if (!staying.call) continue;
    add(staying.call->asked, [&](Json& one) {
      one.set("item", staying.worker.board().item()).set("pid", staying.worker.pid());
      if (const pid_t process = staying.worker.board().process(); process > 0) one.set("container_pid", process);
      one.set("since", staying.call->since).set("state", staying.call->is_stopping ? "ending" : "running");
    });
  }
  for (const auto& [connection, asked] : asked_) {
    add(asked, [&](Json& one) { one.set("state", "waiting").set("affinity", asked.affinity); });
  }
  return list;
}

Json Calls::pool() const {
  Json workers = Json::array();
  for (const auto& [id, view] : choice_.workers()) {
    const Staying& staying = workers_.at(id);
    workers.push_back(worker_json(view, {staying.worker.pid(), staying.since, staying.affinity}));
  }
  Json pool = Json::object();
  pool.set("warm", settings_.warm_calls).set("workers", std::move(workers)).set("totals", totals_json(choice_));
  return pool.set("bounds", bounds_json(settings_.serve)).set("latency", times_.json());
}

}  // namespace berth::http
