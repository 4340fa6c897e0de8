#include "berth/dt/script_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::dt {
namespace {

constexpr std::size_t kChunkBytes = 1 << 16;

struct AnswerHead {
  std::uint64_t size;
  std::uint64_t verdict;
};

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// Waits for `events`; false at the deadline.
Result<bool> wait_for(int channel, short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd polled = {channel, events, 0};
    const auto poll = [&] { return ::poll(&polled, 1, static_cast<int>(std::min<long>(left, 1'000'000))); };
    BERTH_TRY(const int ready, sys::call(poll, "wait for the script engine"));
    if (ready > 0) return true;
  }
}

std::unexpected<Error> too_late() { return fail(Errc::TimedOut, "it took longer than it may"); }
std::unexpected<Error> closed() { return fail(Errc::Unavailable, "the script engine has closed its channel"); }

bool is_gone(const Error& error) { return error.os_error() == EPIPE || error.os_error() == ECONNRESET; }

// Sends what it can now; 0 when that is nothing.
Result<std::size_t> send_some(int channel, std::string_view bytes) {
  const auto send = [&] { return ::send(channel, bytes.data(), bytes.size(), MSG_NOSIGNAL); };
  auto sent = sys::call(send, "send to the script engine");
  if (sent) return static_cast<std::size_t>(*sent);
  if (sent.error().os_error() == EAGAIN) return 0;
  return is_gone(sent.error()) ? Result<std::size_t>(closed()) : std::unexpected(sent.error());
}

// Reads up to `bytes` into `into`; 0 when nothing has come yet.
Result<std::size_t> receive_some(int channel, char* into, std::size_t bytes) {
  const auto receive = [&] { return ::recv(channel, into, bytes, 0); };
  auto got = sys::call(receive, "receive from the script engine");
  if (got && *got == 0) return closed();
  if (got) return static_cast<std::size_t>(*got);
  if (got.error().os_error() == EAGAIN) return 0;
  return is_gone(got.error()) ? Result<std::size_t>(closed()) : std::unexpected(got.error());
}

Result<void> send_all(int channel, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    BERTH_TRY(const std::size_t sent, send_some(channel, bytes));
    bytes.remove_prefix(sent);
    if (sent > 0) continue;
    BERTH_TRY(const bool ready, wait_for(channel, POLLOUT, deadline));
    if (!ready) return too_late();
  }
  return {};
}

Result<void> receive_all(int channel, char* into, std::size_t bytes, Deadline deadline) {
  while (bytes > 0) {
    BERTH_TRY(const std::size_t got, receive_some(channel, into, bytes));
    into += got;
    bytes -= got;
    if (got > 0) continue;
    BERTH_TRY(const bool ready, wait_for(channel, POLLIN, deadline));
    if (!ready) return too_late();
  }
  return {};
}

}  // namespace

Result<ChannelEnds> make_channel() {
  std::array<int, 2> ends = {};
  BERTH_CHECK_OK(sys::check([&] { return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()); },
                            "make a channel for the script engine"));
  ChannelEnds channel{UniqueFd(ends[0]), UniqueFd(ends[1])};
  BERTH_CHECK_OK(sys::set_nonblocking(channel.ours.get(), "the script engine's channel"));
  return channel;
}

Result<void> send_request(int channel, std::string_view request, Deadline deadline) {
  const std::uint64_t size = request.size();
  BERTH_CHECK_OK(send_all(channel, bytes_of(size), deadline));
  return send_all(channel, request, deadline);
}

Result<Answer> receive_answer(int channel, std::size_t most_bytes, Deadline deadline) {
  std::array<char, sizeof(AnswerHead)> bytes = {};
  BERTH_CHECK_OK(receive_all(channel, bytes.data(), bytes.size(), deadline));
  AnswerHead head = {};
  std::memcpy(&head, bytes.data(), bytes.size());
  if (head.size > most_bytes) return fail(Errc::Exhausted, "its result is larger than it may be");
  Answer answer{static_cast<Verdict>(head.verdict), ""};
  // Grown as the bytes come: the length alone is only a claim.
  while (answer.text.size() < head.size) {
    const std::size_t before = answer.text.size();
    answer.text.resize(std::min<std::size_t>(head.size, before + kChunkBytes + before));
    BERTH_CHECK_OK(receive_all(channel, answer.text.data() + before, answer.text.size() - before, deadline));
  }
  return answer;
}

// The worker's end blocks: no deadline is ever looked at.

Result<std::string> read_request(int channel, std::size_t most_bytes) {
  std::uint64_t size = 0;
  BERTH_CHECK_OK(receive_all(channel, reinterpret_cast<char*>(&size), sizeof(size), Deadline::max()));
  if (size > most_bytes) return closed();
  std::string request(size, '\0');
  BERTH_CHECK_OK(receive_all(channel, request.data(), request.size(), Deadline::max()));
  return request;
}

Result<void> write_answer(int channel, const Answer& answer) {
  const AnswerHead head{answer.text.size(), static_cast<std::uint64_t>(answer.verdict)};
  BERTH_CHECK_OK(send_all(channel, bytes_of(head), Deadline::max()));
  return send_all(channel, answer.text, Deadline::max());
}

}  // namespace berth::dt
