#include "berth/http/daemon.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "berth/app/exit_codes.h"
#include "berth/base/clock.h"
#include "berth/http/answer_stream.h"
#include "berth/http/instance_work.h"
#include "berth/sys/syscall.h"
#include "berth/wire/affinity.h"
#include "berth/wire/http_response.h"

namespace berth::http {
namespace {

constexpr std::chrono::milliseconds kLongestPause{60'000};
constexpr std::string_view kAffinity = "berth-affinity";  // the field of wire/affinity.h, as requests are read
constexpr const char* kEnding = "the daemon is about to end";

}  // namespace

// What is waited for, and whose it is.
struct Daemon::Polled {
  std::vector<pollfd> fds;
  std::vector<ConnectionId> connections;  // in this order, behind the first two
  std::size_t calls = 0;                  // where those of the calls begin
  std::size_t instances = 0;              // and those of the instances
};

Result<void> Daemon::run() {
  manager_.say("READY=1");
  if (!settings_.warm_calls && !settings_.serve.prewarm.empty()) {
    say("warning: serve.prewarm is of no effect while calls.warm is off: no call is warm; set calls.warm to on");
  }
  start_calls();  // what is to be warm before anybody comes
  while (!is_done()) {
    Polled polled = look_for();
    std::vector<pollfd>& fds = polled.fds;
    const auto wait = static_cast<int>(time_left().count());
    BERTH_CHECK_OK(sys::call([&] { return ::poll(fds.data(), fds.size(), wait); }, "wait for clients"));
    serve(polled, fds);
    start_calls();
    keep_times();
  }
  return {};
}

Daemon::Polled Daemon::look_for() {
  Polled polled;
  const bool accepts = !drains_until_ && Clock::now() >= accepts_at_;
  polled.fds.push_back({options_.interrupts, POLLIN, 0});
  polled.fds.push_back({accepts ? listener_.fd() : -1, POLLIN, 0});
  for (const auto& [id, connection] : connections_) {
    // One that a worker answers on is the worker's; poll would tell of its end again and again.
    const bool is_ours = connection.phase() != Phase::Works;
    polled.fds.push_back({is_ours ? connection.fd() : -1, connection.events(), 0});
    polled.connections.push_back(id);
  }
  polled.calls = polled.fds.size();
  calls_.add_to(polled.fds);
  polled.instances = polled.fds.size();
  instances_.add_to(polled.fds);
  return polled;
}

void Daemon::serve(const Polled& polled, const std::vector<pollfd>& ready) {
  std::size_t at = 0;
  if (ready[at++].revents != 0) begin_end();
  if (ready[at++].revents != 0) accept_all();
  for (const ConnectionId id : polled.connections) {
    if (const short happened = ready[at++].revents; happened != 0) serve_connection(id, happened);
  }
  const auto from = [&](std::size_t place) { return ready.begin() + static_cast<std::ptrdiff_t>(place); };
  for (const EndedCall& ended : calls_.serve(from(polled.calls))) end_call(ended);
  instances_.serve(from(polled.instances));
}

void Daemon::begin_end() {
  signalfd_siginfo told = {};
  std::ignore = ::read(options_.interrupts, &told, sizeof(told));
  if (drains_until_) {  // somebody does not want to wait
    calls_.stop_all();
    return;
  }
  manager_.say("STOPPING=1");
  accept_all();  // who has been let in is told
  listener_.close();
  drains_until_ = Clock::now() + settings_.serve.drain;
  std::vector<ConnectionId> reading;
  for (auto& [id, connection] : connections_) {
    if (connection.phase() == Phase::Waits) refuse(connection, 503, kEnding);
    if (connection.phase() == Phase::Reads) reading.push_back(id);
  }
  calls_.drain();
  instances_.stop_all();
  for (const ConnectionId id : reading) {
    serve_connection(id, POLLIN);  // a request that has come gets its refusal
    const auto found = connections_.find(id);
    if (found != connections_.end() && found->second.phase() == Phase::Reads) drop(id);
  }
}

void Daemon::accept_all() {
  for (;;) {
    // The connection itself may block: the daemon says MSG_DONTWAIT, and a worker wants to wait.
    const auto accept = [&] { return ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC); };
    const auto accepted = sys::call(accept, "accept a connection");
    if (!accepted && accepted.error().os_error() == EAGAIN) return;
    if (!accepted) {
      // No descriptor is left: those who wait are accepted once others have gone.
      accepts_at_ = Clock::now() + std::chrono::milliseconds(100);
      return;
    }
    UniqueFd socket(*accepted);
    const auto peer = sys::peer_of(socket.get());
    if (!peer) continue;
    const bool in_group = listener_.group() && sys::peer_is_in_group(socket.get(), *peer, *listener_.group());
    make_room();
    auto& made = connections_.emplace(++last_connection_, Connection(std::move(socket), *peer, in_group)).first->second;
    if (!may_ask(*peer, ::geteuid(), in_group))
      refuse(made, 403, "this socket is for root, the daemon's user and group");
  }
}

// One that has said nothing whole yet gives way to a new one, the oldest first: so nobody can keep others out by
// connecting and waiting.
void Daemon::make_room() {
  if (connections_.size() < settings_.serve.connections) return;
  const auto gives_way = std::ranges::find_if(connections_, [](const auto& one) {
    return one.second.phase() == Phase::Reads || one.second.phase() == Phase::Answers;
  });
  if (gives_way != connections_.end()) drop(gives_way->first);
}

void Daemon::serve_connection(ConnectionId id, short happened) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  if ((happened & POLLOUT) != 0) {
    if (!connection.flush()) return drop(id);
    if (connection.phase() == Phase::Reads) answer_requests(id);  // there may be one more that has come already
    return;
  }
  if (!connection.receive()) return drop(id);
  answer_requests(id);
}

void Daemon::answer_requests(ConnectionId id) {
  Connection& connection = connections_.at(id);
  for (bool goes_on = true; goes_on;) {
    const auto whole = connection.next_request();
    if (!whole) {
      refuse(connection, whole.error().status, whole.error().text);
    } else if (*whole) {
      answer_request(id, connection);
    }
    if (connection.phase() == Phase::Waits) return;
    if (!connection.flush()) return drop(id);
    goes_on = whole && *whole && connection.phase() == Phase::Reads && !connection.is_sending();
  }
}

void Daemon::answer_request(ConnectionId id, Connection& connection) {
  ++served_;
  const Routed routed = route_of(connection.request().method, connection.request().path());
  const auto schema = [] { return Json::object().set("schema", kProtocolSchema); };
  switch (routed.route) {
    case Route::Version:
      return answer_json(connection, 200,
                         schema().set("version", options_.version).set("settings", settings_.fingerprint));
    case Route::Health:
      return answer_json(connection, 200, health());
    case Route::Calls: {
      Json calls = calls_.list();
      instances_.add_to(calls);
      return answer_json(connection, 200, schema().set("calls", std::move(calls)));
    }
    case Route::Pool: {
      Json pool = calls_.pool();
      Json whole = schema();
      for (auto& [key, value] : *pool.as_object()) whole.set(key, std::move(value));
      return answer_json(connection, 200, whole);
    }
    case Route::ResetPool:
      return reset_pool(connection);
    case Route::EndCall:
      if (!calls_.stop(routed.call)) return refuse(connection, 404, "no such call runs");
      return answer_json(connection, 202, schema().set("id", routed.call).set("state", "ending"));
    case Route::Run:
      return ask_for_call(id, connection, Verb::Run);
    case Route::Exec:
      return ask_for_call(id, connection, Verb::Exec);
    case Route::WrongMethod:
      return refuse(connection, 405, fmt::format("only {} can be done there", routed.methods),
                    {{"Allow", routed.methods}});
    case Route::NotFound:
      return refuse(connection, 404, "there is nothing by that name; docs/serve.md lists what there is");
  }
}

void Daemon::reset_pool(Connection& connection) {
  const auto item = parse_reset_body(connection.request().body);
  if (!item) return refuse(connection, 400, item.error().message());
  const std::size_t count = calls_.reset(*item);
  answer_json(connection, 200, Json::object().set("schema", kProtocolSchema).set("reset", std::uint64_t{count}));
}

void Daemon::ask_for_call(ConnectionId id, Connection& connection, Verb verb) {
  if (drains_until_) return refuse(connection, 503, kEnding);
  const std::string* said = connection.request().field(kAffinity);
  const std::string affinity = said != nullptr ? said->substr(0, wire::kLongestAffinity) : "";
  if (!calls_.has_room(connection.peer().uid, affinity)) {
    const auto gives_way = calls_.crowd_out(connection.peer().uid, affinity);
    const std::string text = fmt::format(
        "{} calls run and {} wait for their turn, as many as may (serve.calls, {}serve.waiting); try again in a moment",
        calls_.running(), calls_.waiting() + (gives_way ? 1 : 0),
        settings_.serve.calls_per_key != 0 ? "serve.calls_per_key, " : "");
    refuse(gives_way ? connections_.at(*gives_way) : connection, 429, text, {{"Retry-After", "1"}});
    if (!gives_way) return;
  }
  const wire::HttpRequest& request = connection.request();
  const std::string* accept = request.field("accept");
  AskedCall call;
  call.connection = id;
  call.socket = connection.fd();
  call.peer = connection.peer();
  call.order.verb = verb;
  call.order.in_lines = accept != nullptr && accept->find(kLines) != std::string::npos;
  call.order.keep_alive = request.keep_alive;
  call.order.user = connection.peer().uid;
  call.order.read_ns = monotonic_ns();
  call.order.body = std::move(connection.request().body);
  call.order.descriptors = connection.take_descriptors();
  call.affinity = affinity;
  calls_.add(std::move(call));
  connection.wait_for_turn();
}

void Daemon::answer_json(Connection& connection, int status, const Json& json, wire::HttpFields fields) {
  const bool closes = status >= 400 || drains_until_ || !connection.has_request() || !connection.request().keep_alive;
  fields.emplace_back("Content-Type", "application/json");
  if (closes) fields.emplace_back("Connection", "close");
  connection.answer(wire::print_response(status, fields, print_json(json) + "\n"), closes);
}

void Daemon::refuse(Connection& connection, int status, const std::string& text, wire::HttpFields fields) {
  const int code = status < 500 && status != 429 ? app::kBadInputExit : app::kMachineExit;
  Json json = Json::object();
  json.set("schema", kProtocolSchema);
  json.set("error", Json::object().set("message", text).set("exit_code", code));
  answer_json(connection, status, json, std::move(fields));
}

void Daemon::start_calls() {
  const Calls::Begun begun = calls_.go_on();
  for (const ConnectionId id : begun.handed_over) connections_.at(id).hand_over();
  for (const EndedCall& failed : begun.failed)
    refuse(connections_.at(failed.connection), 503, failed.refusal->message());
}

void Daemon::end_call(const EndedCall& ended) {
  Connection& connection = connections_.at(ended.connection);
  if (ended.refusal && ended.is_last_event)
    return connection.answer(last_error(*ended.refusal, app::kMachineExit), true);
  if (ended.refusal) return refuse(connection, 500, ended.refusal->message());
  if (ended.waits_again) return connection.wait_for_turn();
  // What a dead worker has begun cannot be mended; the client sees whether the answer was whole.
  if (!ended.keeps || drains_until_) return drop(ended.connection);
  connection.take_back();
  answer_requests(ended.connection);
}

void Daemon::drop(ConnectionId id) {
  calls_.forget(id);
  connections_.erase(id);
}

std::chrono::milliseconds Daemon::time_left() const {
  const auto now = Clock::now();
  Clock::time_point next = now + kLongestPause;
  for (const auto& [id, connection] : connections_) {
    if (connection.phase() == Phase::Reads || connection.phase() == Phase::Answers) {
      next = std::min(next, connection.deadline());
    }
  }
  next = std::min(next, calls_.next().value_or(next));
  if (drains_until_) next = std::min(next, *drains_until_);
  if (settings_.serve.instances) next = std::min(next, instances_.next().value_or(next));
  if (manager_.watchdog_pause()) next = std::min(next, next_watchdog_);
  if (accepts_at_ > now) next = std::min(next, accepts_at_);
  return std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(next - now));
}

void Daemon::keep_times() {
  const auto now = Clock::now();
  std::vector<ConnectionId> late;
  for (auto& [id, connection] : connections_) {
    const bool is_timed = connection.phase() == Phase::Reads || connection.phase() == Phase::Answers;
    if (is_timed && now >= connection.deadline()) late.push_back(id);
  }
  for (const ConnectionId id : late) {
    Connection& connection = connections_.at(id);
    if (connection.phase() == Phase::Answers || connection.is_idle()) {
      drop(id);
    } else {
      refuse(connection, 408, "the request did not come in time");
    }
  }
  calls_.kill_if_due();
  if (settings_.serve.instances) instances_.keep();
  if (drains_until_ && now >= *drains_until_) {
    calls_.stop_all();
    drains_until_ = now + kLongestPause;
  }
  if (const auto pause = manager_.watchdog_pause(); pause && now >= next_watchdog_) {
    manager_.say("WATCHDOG=1");
    next_watchdog_ = now + *pause;
  }
}

Json Daemon::health() const {
  Json json = Json::object();
  json.set("schema", kProtocolSchema).set("status", drains_until_ ? "ending" : "serving");
  json.set("running", std::uint64_t{calls_.running()}).set("waiting", std::uint64_t{calls_.waiting()});
  json.set("connections", std::uint64_t{connections_.size()}).set("requests", served_);
  return json.set("pid", ::getpid());
}

}  // namespace berth::http
