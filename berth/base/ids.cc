#include "berth/base/ids.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"

namespace berth {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
  std::array<std::uint8_t, N> bytes;
  // Up to 256 bytes come whole once the kernel has seeded itself (getrandom(2)).
  BERTH_ASSERT(::getrandom(bytes.data(), N, 0) == static_cast<ssize_t>(N));
  return bytes;
}

}  // namespace

std::string make_call_id() {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto milliseconds = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  std::string id(26, '0');
  for (std::size_t i = 10; i-- > 0; milliseconds >>= 5) id[i] = kDigits[milliseconds & 31];
  const auto random = random_bytes<16>();
  for (std::size_t i = 0; i < random.size(); ++i) id[10 + i] = kDigits[random[i] & 31];
  return id;
}

std::string make_uuid() {
  auto bytes = random_bytes<16>();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    fmt::format_to(std::back_inserter(text), "{:02x}", bytes[i]);
  }
  return text;
}

}  // namespace berth
