#include "berth/http/worker_loop.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "berth/app/call_means.h"
#include "berth/app/call_service.h"
#include "berth/app/exit_codes.h"
#include "berth/app/warm_up.h"
#include "berth/base/clock.h"
#include "berth/base/utc_text.h"
#include "berth/http/answer_stream.h"
#include "berth/http/call_work.h"
#include "berth/http/instance_work.h"
#include "berth/http/worker_order.h"
#include "berth/http/worker_report.h"
#include "berth/sys/cgroup_numbers.h"
#include "berth/sys/syscall.h"
#include "berth/sys/unix_socket.h"

namespace berth::http {
namespace {

constexpr timeval kTakeTime = {60, 0};  // a client that takes nothing for so long is gone

// One descriptor for all that can interrupt. Unlike a signal it reaches the processes that the worker forks, too.
class Interrupts {
 public:
  static Result<Interrupts> make() {
    BERTH_TRY(const int fd, sys::call([] { return ::epoll_create1(EPOLL_CLOEXEC); }, "make an epoll instance"));
    return Interrupts(UniqueFd(fd));
  }
  int fd() const { return fd_.get(); }
  Result<void> add(int fd, std::uint32_t events) {
    epoll_event event = {.events = events, .data = {}};
    return sys::check([&] { return ::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event); }, "watch for an interrupt");
  }
  // Also what others still have open, as the daemon has the connection.
  void remove(int fd) { ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr); }

 private:
  explicit Interrupts(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

std::uint64_t own_memory_bytes() {
  const UniqueFd file(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  std::array<char, 256> text;  // the second number is what is resident, in pages
  const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
  const std::string_view all(text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  const auto resident = sys::number_in(all.substr(std::min(all.find(' ') + 1, all.size())));
  return resident.value_or(0) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

class WorkerLoop {
 public:
  WorkerLoop(int socket, WorkerBoard& board, const app::Settings& settings, const container::Guards& guards)
      : socket_(socket), board_(board), settings_(settings), guards_(guards) {}

  Result<void> run() {
    // During a call the daemon says nothing but that it is to stop; and its end is an interrupt, too.
    BERTH_TRY(Interrupts stops, Interrupts::make());
    BERTH_CHECK_OK(stops.add(socket_, EPOLLIN | EPOLLRDHUP));
    BERTH_TRY(Interrupts gone, Interrupts::make());
    BERTH_CHECK_OK(gone.add(socket_, EPOLLRDHUP));
    for (;;) {
      if (means_) means_->fill(socket_);  // the daemon takes us for idle, which the next order finds us
      BERTH_TRY(std::optional<Order> order, receive_order(socket_));
      if (!order) return {};
      if (std::holds_alternative<StopOrder>(*order)) continue;  // that call has ended by itself
      if (auto* call = std::get_if<CallOrder>(&*order); call != nullptr && carry_out_call(*call, stops)) continue;
      if (const auto* drop = std::get_if<DropOrder>(&*order)) give_back(*drop);
      if (const auto* warm = std::get_if<WarmOrder>(&*order)) warm_up(*warm);
      order.reset();
      if (means_) means_->make_ready(gone.fd(), socket_);
      BERTH_CHECK_OK(tell(rest()));
    }
  }

 private:
  // Opened when they can be: until then each call says why not.
  Result<app::CallMeans*> means() {
    if (!means_) {
      BERTH_TRY(app::CallMeans opened, app::CallMeans::open(settings_));
      means_.emplace(std::move(opened));
      means_->stay();
      means_->watch_progress([this](const app::CallProgress& progress) { board_.tell_progress(progress); });
    }
    return &*means_;
  }

  // Whether nothing is left to be done after it, and the daemon has been told so.
  bool carry_out_call(CallOrder& order, Interrupts& stops) {
    board_.begin();
    const int client = order.client.get();
    ::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &kTakeTime, sizeof(kTakeTime));
    AnswerStream answer(client, board_, order);
    // The process that has answered must not live on for a client that does not read.
    answer.before_waiting([&] {
      if (means_) means_->end_answered_now();
    });
    if (const auto watched = stops.add(client, EPOLLRDHUP); !watched) {
      answer.refuse(watched.error(), app::kMachineExit);
    } else {
      const Result<app::CallMeans*> means = this->means();
      if (means) {
        (*means)->warm().set_most(order.zygotes);
        (*means)->warm().set_begins(order.begins_zygotes);
        (*means)->warm().call_came(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(order.read_ns)));
      }
      answer_call(order, stops.fd(), {settings_, guards_, means}, answer);
      stops.remove(client);
    }
    const auto took_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, monotonic_ns() - order.read_ns));
    order.client.reset();
    DoneReport report = {order.id, answer.keeps_connection(), means_ && means_->has_zygotes_to_make(), took_ns, {}};
    if (!means_ || !means_->has_something_left()) report.rest = rest();
    // Where the daemon is gone, the next order says so.
    std::ignore = tell(report);
    return report.rest.has_value();
  }

  static void answer_call(CallOrder& order, int interrupt, const CallTools& tools, AnswerStream& answer) {
    auto body = parse_call_body(order.verb, order.body, order.descriptors.size());
    if (!body) return answer.refuse(body.error(), app::kBadInputExit);
    order.body.clear();
    carry_out({order.verb, *std::move(body), std::move(order.descriptors), order.user, interrupt}, tools, answer);
  }

  void give_back(const DropOrder& drop) {
    if (!means_) return;
    for (const std::string& key : drop.keys) {
      means_->warm().drop(key);
      means_->shared().drop(key);
    }
  }

  void warm_up(const WarmOrder& warm) {
    const auto means = this->means();
    if (!means) return say(fmt::format("warm up '{}': {}", warm.wish, means.error().message()));
    (*means)->warm().set_most(warm.zygotes);
    (*means)->warm().set_begins(true);
    app::CallService service(settings_, guards_, **means, ::geteuid());
    if (const auto done = app::warm_up(warm.wish, service); !done) say(done.error().message());
  }

  RestReport rest() const {
    RestReport report;
    report.memory_bytes = own_memory_bytes();
    if (!means_) return report;
    for (const app::ZygoteShown& one : means_->warm().zygotes()) {
      report.zygotes.push_back(
          {one.key, short_item(one.item), one.children, one.memory_bytes, utc_text(one.since), {}, one.spares});
    }
    for (const app::SharedShown& one : means_->shared().shown()) {
      report.shared.push_back({one.key, short_item(one.item), one.calls, one.memory_bytes, utc_text(one.since)});
    }
    return report;
  }

  Result<void> tell(const auto& report) {
    BERTH_TRY([[maybe_unused]] const std::size_t sent, sys::send_with(socket_, print_report(report), {}, 0));
    return {};
  }

  int socket_;
  WorkerBoard& board_;
  const app::Settings& settings_;
  const container::Guards& guards_;
  std::optional<app::CallMeans> means_;
};

// A child that waits takes some twenty descriptors here, and many may wait. Containers have limits of their own.
void raise_open_files() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void serve_orders(int socket, WorkerBoard& board, const app::Settings& settings, const container::Guards& guards) {
  raise_open_files();
  // An error is told by the end of the process: the daemon sees it, and the call's client is told.
  std::ignore = WorkerLoop(socket, board, settings, guards).run();
}

}  // namespace berth::http
