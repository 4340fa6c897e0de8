// What a registry says of logging in, and where it sends us.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/image/auth_challenge.h"
#include "berth/image/http_client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::image;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto challenge = parse_auth_challenge(text);
  BERTH_ASSERT(!challenge || !challenge->bearer || !challenge->realm.empty());
  static_cast<void>(query_text(text));
  if (const auto url = parse_url(text)) {
    const auto again = parse_url(to_text(*url));
    BERTH_ASSERT(again && to_text(*again) == to_text(*url));
    static_cast<void>(follow_location(*url, text));
  }
  return 0;
}
