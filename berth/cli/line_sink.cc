#include "berth/cli/line_sink.h"

#include <utility>

namespace berth::cli {

void LineSink::set_margin(std::string first, std::string rest) {
  first_ = std::move(first);
  rest_ = std::move(rest);
}

void LineSink::line(std::string_view text) {
  if (full_) return;
  if (out_.size() + first_.size() + text.size() >= page_.limit_bytes) {
    full_ = true;
    return;
  }
  out_ += first_;
  out_ += text;
  if (first_ != rest_) first_ = rest_;
  const std::size_t last = out_.find_last_not_of(' ');
  out_.resize(last == std::string::npos ? 0 : last + 1);
  out_ += '\n';
  after_gap_ = false;
}

void LineSink::wrapped(const StyledText& text, std::size_t columns) {
  LineBreaker breaker(text.text(), columns);
  while (const auto slice = breaker.next()) {
    if (full_) return;
    std::string printed;
    text.print(printed, *slice, page_.colour);
    line(printed);
  }
}

void LineSink::gap() {
  if (after_gap_ || full_) return;
  out_ += '\n';
  after_gap_ = true;
}

std::string LineSink::take() && {
  if (full_) out_ += "… the rest is left out here: too much to show; --json gives all of it\n";
  return std::move(out_);
}

}  // namespace berth::cli
