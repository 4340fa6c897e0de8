// The loop of converse() is the whole of it: wait, take in text, take in messages, answer, until something ends the
// call. Bounds: a message is at most limits.frame_bytes, everything together limits.output_bytes, and answers wait in
// a buffer that stops the reading of further requests while it is full.

#include "berth/engine/session.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "berth/base/clock.h"
#include "berth/base/utf8.h"
#include "berth/engine/record_keeper.h"
#include "berth/engine/short_look.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"
#include "berth/wire/line_buffer.h"
#include "berth/wire/module_names.h"

namespace berth::engine {
namespace {

using Clock = std::chrono::steady_clock;
using wire::Message;
using wire::MessageType;

constexpr std::size_t kLogLineBytes = 64 << 10;     // a longer line is cut in pieces
constexpr std::size_t kMostAnswerBytes = 16 << 20;  // waiting to be read by the script
constexpr int kAfterEndMilliseconds = 50;           // for text on its way when the call is over
constexpr int kLateMilliseconds = 5'000;            // likewise where it comes through a process of others

// Text of descriptor 1 or 2 as lines of the log.
class TextStream {
 public:
  TextStream(UniqueFd& fd, LogSource source) : fd_(fd), source_(source) {}

  bool is_open() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  LogSource source() const { return source_; }
  UniqueFd& descriptor() { return fd_; }
  std::string& pending() { return pending_; }

 private:
  UniqueFd& fd_;
  LogSource source_;
  std::string pending_;  // a line that has not ended yet
};

// Of this thread's calls: whether a look is worth it depends on what else the machine does.
ShortLook& short_look() {
  thread_local ShortLook look;
  return look;
}

class Conversation {
 public:
  Conversation(Streams streams, std::string_view job, Host& host, const SessionOptions& options)
      : streams_(std::move(streams)),
        host_(host),
        options_(options),
        answers_(job),
        frames_(options.limits.frame_bytes),
        printed_(streams_.printed, LogSource::Output),
        complaints_(streams_.complaints, LogSource::Error),
        keeper_(record_, options) {}

  Result<CallRecord> run() {
    const auto begun = Clock::now();
    for (const UniqueFd* fd : {&streams_.in, &streams_.out, &streams_.printed, &streams_.complaints}) {
      BERTH_CHECK_OK(sys::set_nonblocking(fd->get(), "a pipe of the call"));
    }
    show(Direction::ToScript, answers_);
    BERTH_CHECK_OK(write_answers());  // whoever waits for its job takes it at once
    while (!stop_) BERTH_CHECK_OK(step());
    BERTH_CHECK_OK(take_in_the_rest());
    for (TextStream* stream : {&printed_, &complaints_}) end_line(*stream);
    record_.stop = *stop_;
    record_.wall_time = Clock::now() - begun;
    return std::move(record_);
  }

 private:
  // Waits for the first of: something to read, room to write, the end, an interrupt, the deadline.
  Result<void> step() {
    std::array<pollfd, 6> polled = {
        pollfd{is_full() ? -1 : streams_.out.get(), POLLIN, 0},
        pollfd{printed_.fd(), POLLIN, 0},
        pollfd{complaints_.fd(), POLLIN, 0},
        pollfd{answers_.empty() ? -1 : streams_.in.get(), POLLOUT, 0},
        pollfd{options_.interrupt, POLLIN, 0},
        pollfd{streams_.ended, POLLIN, 0},
    };
    // Rounded up: a deadline is not met by turning in circles.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(options_.deadline - Clock::now()).count();
    if (left <= 0) return finish(Stop::Timeout);
    const int wait = static_cast<int>(std::min<long>(left, 60'000));
    if (!short_look().finds(polled)) {
      BERTH_CHECK_OK(sys::call([&] { return ::poll(polled.data(), polled.size(), wait); }, "wait for the script"));
    }
    if (polled[4].revents != 0) return finish(Stop::Interrupted);
    if (polled[1].revents != 0) BERTH_CHECK_OK(read_text(printed_));
    if (polled[2].revents != 0) BERTH_CHECK_OK(read_text(complaints_));
    if (polled[3].revents != 0) BERTH_CHECK_OK(write_answers());
    BERTH_CHECK_OK(take_lines());
    if (polled[0].revents != 0) BERTH_CHECK_OK(read_messages());
    if (stop_ || polled[5].revents == 0) return {};
    if (streams_.let_go) {
      streams_.let_go();
      streams_.ended = -1;  // `out` ends when all has arrived
    } else if (polled[0].revents == 0) {
      return finish(Stop::Ended);
    }
    return {};
  }

  Result<void> finish(Stop why) {
    if (!stop_) stop_ = why;
    return {};
  }

  // Reads what is there, up to one chunk; closes `from` at its end.
  Result<std::string_view> read_chunk(UniqueFd& from) {
    const auto got =
        sys::call([&] { return ::read(from.get(), chunk_.data(), chunk_.size()); }, "read from the script");
    if (!got && got.error().os_error() == EAGAIN) return std::string_view();
    if (!got) return std::unexpected(got.error());
    if (*got == 0) from.reset();
    record_.output_bytes += static_cast<std::uint64_t>(*got);
    if (record_.output_bytes > options_.limits.output_bytes) BERTH_CHECK_OK(finish(Stop::OutputLimit));
    return std::string_view(chunk_.data(), static_cast<std::size_t>(*got));
  }

  Result<void> read_text(TextStream& stream) {
    BERTH_TRY(std::string_view text, read_chunk(stream.descriptor()));
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view part = text.substr(0, end);
      const std::size_t room = kLogLineBytes - stream.pending().size();
      stream.pending().append(part.substr(0, room));
      if (part.size() > room) {
        end_line(stream);
        text.remove_prefix(room);
        continue;
      }
      text.remove_prefix(std::min(part.size() + 1, text.size()));
      if (end != std::string_view::npos) end_line(stream, true);
    }
    return {};
  }

  void end_line(TextStream& stream, bool even_if_empty = false) {
    if (!stream.pending().empty() || even_if_empty) keeper_.log({stream.source(), "", to_valid_utf8(stream.pending())});
    stream.pending().clear();
  }

  Result<void> read_messages() {
    BERTH_TRY(const std::string_view bytes, read_chunk(streams_.out));
    frames_.append(bytes);
    return take_lines();
  }

  // The messages that are here, as long as there is room for the answers they want: one chunk can hold thousands of
  // requests. The others wait until the script has read what it asked for.
  Result<void> take_lines() {
    for (bool is_first = true; !stop_; is_first = false) {
      if (is_full()) return {};
      const auto line = frames_.next_line();
      if (!line) break;
      if (!is_first) BERTH_CHECK_OK(look_up());
      if (stop_) {
        ++record_.late_messages;
        break;
      }
      BERTH_CHECK_OK(take(*line));
    }
    if (frames_.is_over_limit()) return finish(Stop::FrameLimit);
    if (!streams_.out) return finish(Stop::Ended);
    return {};
  }

  void drop_answers() {
    answers_.clear();
    written_ = 0;
  }

  // One chunk can hold thousands of requests, and an answer can take long: the end is not left waiting behind them.
  Result<void> look_up() {
    pollfd interrupt = {options_.interrupt, POLLIN, 0};
    if (options_.interrupt >= 0 && ::poll(&interrupt, 1, 0) == 1) return finish(Stop::Interrupted);
    if (Clock::now() >= options_.deadline) return finish(Stop::Timeout);
    return {};
  }

  bool is_full() const { return answers_.size() > kMostAnswerBytes; }

  Result<void> take(std::string_view line) {
    if (line.size() > options_.limits.frame_bytes) return finish(Stop::FrameLimit);
    show(Direction::FromScript, line);
    auto message = wire::parse_message(line);
    if (!message) {
      ++record_.bad_messages;
      keeper_.log(
          {LogSource::Server, "error",
           fmt::format("{}; the line begins: {}", message.error().message(), to_valid_utf8(line.substr(0, 200)))});
      return {};
    }
    return take(*std::move(message));
  }

  Result<void> take(Message message) {
    switch (message.type) {
      case MessageType::Ready:
        record_.ready_at_ns = monotonic_ns();
        return {};
      case MessageType::Completed:
        record_.completed_at_ns = monotonic_ns();
        record_.loaded = wire::module_names(message.body);
        return finish(Stop::Completed);
      case MessageType::Exception:
        keeper_.take_exception(message);
        return {};
      case MessageType::Results:
        keeper_.take_results(message);
        return {};
      case MessageType::EntryLog:
        keeper_.take_entry_log(message);
        return {};
      case MessageType::Notice:
        return {};
      case MessageType::Request:
      case MessageType::Unknown:
        return answer(message);
    }
    return {};
  }

  Result<void> answer(const Message& message) {
    if (!message.seq) {
      // Nobody waits for an answer; one would be taken for that of the next request.
      ++record_.bad_messages;
      keeper_.log(
          {LogSource::Server, "error", fmt::format("a message of type '{}' without 'seq' was ignored", message.name)});
      return {};
    }
    if (keeper_.take_server_log(message)) return reply(wire::answer_line(*message.seq, Json()));
    const auto result =
        message.type == MessageType::Request
            ? host_.answer(message, options_.deadline)
            : fail(Errc::InvalidInput, fmt::format("messages of type '{}' are not known", message.name));
    if (!result) return reply(wire::error_line(*message.seq, result.error().message()));
    return reply(wire::answer_line(*message.seq, *result));
  }

  Result<void> reply(const std::string& line) {
    show(Direction::ToScript, line);
    answers_ += line;
    return write_answers();
  }

  Result<void> write_answers() {
    if (!streams_.in) {
      drop_answers();
      return {};
    }
    const auto put =
        sys::call([&] { return ::write(streams_.in.get(), answers_.data() + written_, answers_.size() - written_); },
                  "write to the script");
    if (put) {
      written_ += static_cast<std::size_t>(*put);
      sent_ += static_cast<std::uint64_t>(*put);
      // Moved only when at least half is gone, so that a job of many megabytes is not moved for each pipe full.
      if (written_ > answers_.size() / 2) {
        answers_.erase(0, written_);
        written_ = 0;
      }
    } else if (put.error().os_error() == EPIPE) {
      took_job_ = has_read();
      streams_.in.reset();  // it does not read any more; its end is noticed elsewhere
      drop_answers();
    } else if (put.error().os_error() != EAGAIN) {
      return std::unexpected(put.error());
    }
    return {};
  }

  // The call is over. Text that was printed before its end may still be on its way; messages after it are counted
  // and dropped.
  Result<void> take_in_the_rest() {
    record_.took_job = has_read();
    record_.has_unsent_answers = written_ < answers_.size();
    while (frames_.next_line()) ++record_.late_messages;
    if (*stop_ == Stop::Ended && !frames_.rest().empty()) {
      ++record_.bad_messages;
      keeper_.log({LogSource::Server, "error",
                   fmt::format("read a message of the script: it was truncated after {} bytes; the line begins: {}",
                               frames_.rest().size(), to_valid_utf8(frames_.rest().substr(0, 200)))});
    }
    if (*stop_ != Stop::Completed && *stop_ != Stop::Ended) return {};
    if (streams_.let_go) streams_.let_go();
    const int wait = streams_.let_go ? kLateMilliseconds : 0;
    const auto until = Clock::now() + std::chrono::milliseconds(std::max(kAfterEndMilliseconds, wait));
    while (record_.output_bytes <= options_.limits.output_bytes && Clock::now() < until) {
      std::array<pollfd, 3> polled = {pollfd{printed_.fd(), POLLIN, 0}, pollfd{complaints_.fd(), POLLIN, 0},
                                      pollfd{streams_.out.get(), POLLIN, 0}};
      if (polled[1].fd < 0 && polled[2].fd < 0) return {};
      BERTH_TRY(int ready, sys::call([&] { return ::poll(polled.data(), polled.size(), wait); }, "wait for text"));
      if (ready == 0) return {};
      if (polled[0].revents != 0) BERTH_CHECK_OK(read_text(printed_));
      if (polled[1].revents != 0) BERTH_CHECK_OK(read_text(complaints_));
      if (polled[2].revents != 0) {
        BERTH_TRY(const std::string_view late, read_chunk(streams_.out));
        record_.late_messages += static_cast<std::uint64_t>(std::count(late.begin(), late.end(), '\n'));
      }
    }
    return {};
  }

  // Whether less waits to be read than was sent. The pipe keeps what nobody reads any more.
  bool has_read() {
    if (!streams_.in) return took_job_;
    int unread = 0;
    return ::ioctl(streams_.in.get(), FIONREAD, &unread) != 0 || std::cmp_less(unread, sent_);
  }

  void show(Direction direction, std::string_view lines) {
    if (!options_.on_frame) return;
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      options_.on_frame(direction, line);
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
  }

  Streams streams_;
  Host& host_;
  const SessionOptions& options_;
  std::string answers_;      // on their way to the script; the job first
  std::size_t written_ = 0;  // bytes at the front of `answers_` that are there already
  std::uint64_t sent_ = 0;   // bytes in all
  bool took_job_ = false;    // once the pipe is gone
  wire::LineBuffer frames_;
  TextStream printed_;
  TextStream complaints_;
  CallRecord record_;
  RecordKeeper keeper_;
  std::optional<Stop> stop_;
  std::array<char, 65536> chunk_;
};

}  // namespace

Result<CallRecord> converse(Streams streams, std::string_view job, Host& host, const SessionOptions& options) {
  return Conversation(std::move(streams), job, host, options).run();
}

}  // namespace berth::engine
