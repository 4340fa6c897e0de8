// What a container's programs ask of a proxy: whatever they write, one request to one host is what is passed on.
#include "berth/base/error.h"
#include "berth/net/proxy_request.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace berth::net;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)read_proxy_status(text);
  const auto request = read_proxy_request(text, "Basic ours");
  if (!request) return 0;
  BERTH_ASSERT(request->destination.ports.first == request->destination.ports.last);
  BERTH_ASSERT(request->head.find("\r\n\r\n") == request->head.size() - 4);
  BERTH_ASSERT(request->head.find("Proxy-Authorization: Basic ours\r\n") != std::string::npos);
  // What we wrote is read in the same way.
  const auto again = read_proxy_request(request->head, "Basic ours");
  BERTH_ASSERT(again && again->destination == request->destination && again->is_tunnel == request->is_tunnel);
  return 0;
}
