// What a client asks of an HTTP proxy, taken apart and written anew. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/net/destination.h"

namespace berth::net {

// Longest head of a request that is read, and of a proxy's answer.
inline constexpr std::size_t kMaxProxyHead = 64 << 10;

struct ProxyRequest {
  bool is_tunnel = false;   // CONNECT; else one GET or HEAD, behind which the connection ends
  Destination destination;  // a single name or address, and a single port
  std::string head;         // what is sent to the proxy instead
};

// Takes apart `head`, up to and with its empty line. What it says of the connection, of a body and of the proxy's
// password is left out, so that nothing but this one request is passed on; `authorization` (the value of
// Proxy-Authorization; empty for none) is put in. Errors: InvalidInput for anything else than CONNECT HOST:PORT, and
// GET or HEAD of http://HOST[:PORT]/..., and for what two readers could read in two ways.
Result<ProxyRequest> read_proxy_request(std::string_view head, std::string_view authorization);

// The status in the head of a proxy's answer, "HTTP/1.1 200 ...". Errors: InvalidInput.
Result<int> read_proxy_status(std::string_view head);

}  // namespace berth::net
