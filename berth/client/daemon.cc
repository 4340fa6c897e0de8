#include "berth/client/daemon.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <tuple>

#include "berth/sys/syscall.h"
#include "berth/sys/unix_socket.h"
#include "berth/wire/affinity.h"
#include "berth/wire/http_response.h"
#include "berth/wire/line_buffer.h"

namespace berth::client {
namespace {

constexpr int kAskTime = 10'000;        // milliseconds without a byte
constexpr timeval kTakeTime = {10, 0};  // in which a part of what is sent must be taken
constexpr std::size_t kLongestLine = 1 << 30;
constexpr std::string_view kLines = "application/x-ndjson";
constexpr JsonLimits kEventLimits = {.depth = 4096, .values = 100'000'000};

// Takes in what has come. False when the daemon sends no more.
Result<bool> receive(int socket, wire::HttpResponseParser& parser) {
  BERTH_TRY(const sys::Received received, sys::receive_from(socket, 0));
  if (received.bytes.empty()) {
    BERTH_CHECK_OK(parser.end());
    return false;
  }
  BERTH_CHECK_OK(parser.append(received.bytes));
  return true;
}

bool is_last(const Json& event) {
  const std::string name = event.text_or("event", "");
  return name == "answer" || name == "error";
}

// When something is due while a call is waited for.
class Times {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Times(bool tells_seconds) {
    if (tells_seconds) second_ = Clock::now() + std::chrono::seconds(1);
  }

  void begin_end() { end_ = Clock::now() + kEndTime; }
  bool is_ending() const { return end_.has_value(); }
  bool is_over() const { return end_ && Clock::now() >= *end_; }
  bool is_another_second() {
    if (!second_ || Clock::now() < *second_) return false;
    second_ = Clock::now() + std::chrono::seconds(1);
    return true;
  }
  // As poll(2) takes it.
  int milliseconds_left() const {
    if (!second_ && !end_) return -1;
    const Clock::time_point next =
        std::min(second_.value_or(Clock::time_point::max()), end_.value_or(Clock::time_point::max()));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }

 private:
  std::optional<Clock::time_point> second_;
  std::optional<Clock::time_point> end_;
};

// All that have come by now: they are one wish.
void take_interrupts(int interrupt) {
  std::array<char, 1024> taken = {};
  std::ignore = ::read(interrupt, taken.data(), taken.size());
}

}  // namespace

Result<Daemon> Daemon::connect(const std::filesystem::path& socket) {
  BERTH_TRY(UniqueFd connected, sys::connect_to(socket));
  // One that hangs takes nothing: a long request must not wait for it where no signal ends that.
  ::setsockopt(connected.get(), SOL_SOCKET, SO_SNDTIMEO, &kTakeTime, sizeof(kTakeTime));
  return Daemon(std::move(connected));
}

Result<void> Daemon::send(const Request& request, std::string_view accept) {
  std::string bytes =
      fmt::format("{} {} HTTP/1.1\r\nHost: berth\r\nAccept: {}\r\n", request.method, request.target, accept);
  if (!request.affinity.empty()) bytes += fmt::format("{}: {}\r\n", wire::kAffinityField, request.affinity);
  if (!request.body.empty())
    bytes += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", request.body.size());
  bytes += "\r\n" + request.body;
  BERTH_TRY(const std::size_t sent, sys::send_with(socket_.get(), bytes, request.descriptors, 0));
  return sys::send_all(socket_.get(), std::string_view(bytes).substr(sent));
}

Result<Reply> Daemon::ask(const Request& request) {
  const auto doing = [&] { return fmt::format("ask the daemon for '{}'", request.target); };
  BERTH_CHECK_OK(send(request, "application/json").context(doing));
  wire::HttpResponseParser parser;
  while (!parser.is_done()) {
    pollfd polled = {socket_.get(), POLLIN, 0};
    BERTH_TRY(const int ready, sys::call([&] { return ::poll(&polled, 1, kAskTime); }, "wait for the daemon"));
    if (ready == 0) return fail(Errc::TimedOut, doing() + ": it does not answer");
    BERTH_CHECK_OK(receive(socket_.get(), parser).context(doing));
  }
  return Reply{parser.status(), parser.take_body()};
}

Result<CallEnd> Daemon::call(const Request& request, const CallWatch& watch) {
  const auto doing = [] { return std::string("call through the daemon"); };
  // A daemon that refuses may do so before it has read all: its answer is there to be read even so.
  const auto sent = send(request, kLines);
  wire::HttpResponseParser parser;
  wire::LineBuffer lines(kLongestLine);
  CallEnd end;
  Times times(watch.on_second != nullptr);
  while (!parser.is_done()) {
    std::array<pollfd, 2> polled = {pollfd{socket_.get(), POLLIN, 0}, pollfd{watch.interrupt, POLLIN, 0}};
    const auto poll = [&] { return ::poll(polled.data(), polled.size(), times.milliseconds_left()); };
    BERTH_TRY(const int ready, sys::call(poll, "wait for the daemon"));
    if (times.is_another_second()) watch.on_second();
    if (ready == 0 && times.is_over())
      return fail(Errc::TimedOut, doing() + ": it was told to end the call, and says nothing");
    if (polled[1].revents != 0) {
      if (times.is_ending())
        return fail(Errc::TimedOut, doing() + ": it was told to end the call, and was not waited for");
      take_interrupts(watch.interrupt);
      times.begin_end();
      ::shutdown(socket_.get(), SHUT_WR);  // the call sees that there is nobody any more, and can still answer
      if (watch.on_told) watch.on_told();
    }
    if (polled[0].revents == 0) continue;
    const auto received = receive(socket_.get(), parser);
    if (!received && !sent) return std::unexpected(Error(sent.error()).in(doing()));
    if (!received) return std::unexpected(Error(received.error()).in(doing()));
    if (!parser.has_head() || parser.status() != 200) continue;
    lines.append(parser.take_body());
    if (lines.is_over_limit()) return fail(Errc::Corrupt, doing() + ": an event is too long");
    while (const auto line = lines.next_line()) {
      BERTH_TRY(Json event, parse_json(*line, kEventLimits).context(doing));
      if (is_last(event)) {
        end.last = std::move(event);
      } else {
        watch.on_event(event);
      }
    }
  }
  end.reply = {parser.status(), parser.take_body()};
  if (parser.status() == 200 && end.last.is_null()) {
    return fail(Errc::Corrupt, doing() + ": its answer has no end");
  }
  return end;
}

}  // namespace berth::client
