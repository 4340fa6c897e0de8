// Lines out of a stream of bytes, with a bound.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace berth::wire {

// Collects bytes and gives them back line by line. Bytes are looked at once, however they arrive.
class LineBuffer {
 public:
  explicit LineBuffer(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  void append(std::string_view bytes);

  // The next whole line without its line feed; valid until the next call.
  std::optional<std::string_view> next_line();

  // What came after the last line feed, when the stream has ended.
  std::string_view rest() const { return std::string_view(bytes_).substr(begin_); }

  // Whether an unfinished line is longer than the limit. Nothing more should be appended then.
  bool is_over_limit() const { return bytes_.size() - begin_ > limit_bytes_; }

 private:
  std::size_t limit_bytes_;
  std::string bytes_;
  std::size_t begin_ = 0;    // of the unread part
  std::size_t scanned_ = 0;  // up to here there is no line feed
};

}  // namespace berth::wire
