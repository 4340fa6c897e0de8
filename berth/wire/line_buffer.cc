#include "berth/wire/line_buffer.h"

namespace berth::wire {

void LineBuffer::append(std::string_view bytes) {
  // Moved only when at least half is spent, so that each byte is moved a bounded number of times.
  if (begin_ > bytes_.size() / 2) {
    bytes_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
  }
  bytes_.append(bytes);
}

std::optional<std::string_view> LineBuffer::next_line() {
  const std::size_t end = bytes_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = bytes_.size();
    return std::nullopt;
  }
  const std::string_view line = std::string_view(bytes_).substr(begin_, end - begin_);
  begin_ = end + 1;
  scanned_ = begin_;
  return line;
}

}  // namespace berth::wire
