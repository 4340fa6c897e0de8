// zstd of strangers: unpacked or refused, and the same whatever pieces it comes in.
#include "berth/image/unzstd.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/error.h"

namespace {

constexpr std::size_t kEnough = 4 << 20;

std::string unpack_in_pieces(std::string_view bytes, std::size_t piece) {
  using namespace berth;
  std::string text;
  auto unzstd = image::Unzstd::open([&](std::string_view part) -> Result<void> {
    text += part;
    return text.size() > kEnough ? fail(Errc::Exhausted, "enough") : Result<void>();
  });
  if (!unzstd) return "no memory";
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (!unzstd->feed(bytes.substr(at, piece))) return "refused";
  }
  return unzstd->finish() ? text + "whole" : text + "broken off";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = unpack_in_pieces(bytes, size + 1);
  const std::string pieces = unpack_in_pieces(bytes, 13);
  BERTH_ASSERT(whole == pieces || whole == "no memory" || pieces == "no memory");
  return 0;
}
