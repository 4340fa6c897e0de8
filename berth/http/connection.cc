#include "berth/http/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <algorithm>

#include <iterator>

namespace berth::http {

short Connection::events() const {
  switch (phase_) {
    case Phase::Reads:
      return static_cast<short>(out_.empty() ? POLLIN : POLLOUT);
    case Phase::Waits:
      return POLLRDHUP;
    case Phase::Works:
      return 0;
    case Phase::Answers:
      return POLLOUT;
  }
  return 0;
}

bool Connection::receive() {
  if (phase_ != Phase::Reads) return false;  // it was looked at for its end alone
  auto received = sys::receive_from(fd(), MSG_DONTWAIT);
  if (!received) return received.error().os_error() == EAGAIN;
  if (received->bytes.empty()) return false;
  if (parser_.is_idle()) deadline_ = Clock::now() + kHeadTime;
  parser_.append(received->bytes);
  std::ranges::move(received->descriptors, std::back_inserter(descriptors_));
  return true;
}

std::expected<bool, wire::HttpProblem> Connection::next_request() {
  if (descriptors_.size() > sys::kMostPassed) return std::unexpected(wire::HttpProblem{400, "too many descriptors"});
  const bool had_head = parser_.has_head();
  auto request = parser_.next();
  if (!request) return std::unexpected(request.error());
  if (*request) {
    request_ = **std::move(request);
    return true;
  }
  if (parser_.has_head() && !had_head) deadline_ = Clock::now() + kBodyTime;
  if (parser_.has_head() && parser_.take_wait()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  return false;
}

void Connection::hand_over() {
  phase_ = Phase::Works;
  request_.reset();
  descriptors_.clear();
}

void Connection::take_back() {
  phase_ = Phase::Reads;
  deadline_ = Clock::now() + (parser_.is_idle() ? kIdleTime : kHeadTime);
}

void Connection::answer(std::string_view bytes, bool closes) {
  request_.reset();
  descriptors_.clear();
  out_ += bytes;
  closes_ = closes;
  phase_ = closes ? Phase::Answers : Phase::Reads;
  deadline_ = Clock::now() + (closes ? kSendTime : kIdleTime);
}

bool Connection::flush() {
  while (sent_ < out_.size()) {
    const auto sent = sys::send_with(fd(), std::string_view(out_).substr(sent_), {}, MSG_DONTWAIT);
    if (!sent) return sent.error().os_error() == EAGAIN;
    sent_ += *sent;
  }
  out_.clear();
  sent_ = 0;
  return !closes_;
}

}  // namespace berth::http
