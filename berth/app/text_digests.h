// Digests of long texts that come again and again.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace berth::app {

// Remembers the last few texts: to compare one is fifty times faster than to hash it. For one thread.
class TextDigests {
 public:
  // What tells `text` from all others, in hexadecimal. It begins with `known_size` bytes whose digest is
  // `known_digest`; 0 where nothing is known.
  std::string digest_of(std::string_view text, std::size_t known_size, std::string_view known_digest);

 private:
  static constexpr std::size_t kMost = 4;
  static constexpr std::size_t kMostBytes = 4 << 20;  // of one; a longer text is hashed each time
  struct Known {
    std::string text;
    std::string digest;
  };
  std::deque<Known> known_;  // the one used last first
};

}  // namespace berth::app
