// What clients send: requests are the same however their bytes arrive, are bounded, and a refusal has a status.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/error.h"
#include "berth/http/call_body.h"
#include "berth/wire/http_request.h"
#include "berth/wire/http_response.h"

namespace {

using berth::wire::HttpLimits;
using berth::wire::HttpRequest;
using berth::wire::HttpRequestParser;

constexpr HttpLimits kLimits = {.head_bytes = 512, .target_bytes = 64, .fields = 8, .body_bytes = 1024};

struct Seen {
  std::vector<HttpRequest> requests;
  int refused = 0;
};

Seen read(std::string_view bytes, std::size_t step) {
  Seen seen;
  HttpRequestParser parser(kLimits);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    parser.append(bytes.substr(at, step));
    for (;;) {
      auto next = parser.next();
      if (!next) {
        seen.refused = next.error().status;
        BERTH_ASSERT(seen.refused >= 400 && !berth::wire::reason_of(seen.refused).empty());
        return seen;
      }
      if (!*next) break;
      seen.requests.push_back(**std::move(next));
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Seen whole = read(bytes, size + 1);
  const Seen pieces = read(bytes, 1);
  // A head that is too long may be refused before a fault in it is seen.
  BERTH_ASSERT((whole.refused != 0) == (pieces.refused != 0));
  BERTH_ASSERT(whole.requests.size() == pieces.requests.size());
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    const HttpRequest& one = whole.requests[i];
    BERTH_ASSERT(one.body == pieces.requests[i].body && one.target == pieces.requests[i].target);
    BERTH_ASSERT(one.fields == pieces.requests[i].fields && one.fields.size() <= kLimits.fields);
    BERTH_ASSERT(one.target.starts_with('/') && one.target.size() <= kLimits.target_bytes);
    BERTH_ASSERT(one.body.size() <= kLimits.body_bytes);
    std::ignore = berth::http::parse_call_body(berth::http::Verb::Run, one.body, 2);
    std::ignore = berth::http::parse_call_body(berth::http::Verb::Exec, one.body, 2);
  }
  return 0;
}
