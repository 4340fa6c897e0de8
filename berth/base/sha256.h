// SHA-256, as OCI digests and pinned inputs use it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

// Hashes bytes as they come. Use it once: after `hex` it takes nothing more.
class Sha256 {
 public:
  Sha256();

  void update(std::string_view bytes);
  // The digest of all bytes given, as 64 lower-case hexadecimal digits.
  std::string hex() &&;

 private:
  // Room for libsodium's state, so that its header stays out of ours.
  alignas(8) std::array<std::byte, 128> state_ = {};
};

std::string sha256_hex(std::string_view bytes);

}  // namespace berth
