#include "berth/net/proxy_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "berth/base/lower_case.h"

namespace berth::net {
namespace {

constexpr std::string_view kEnd = "\r\n";

// Headers that speak of this connection, or of a body: none of them is the client's to say.
constexpr std::string_view kLeftOut[] = {
    "connection", "proxy-connection",  "keep-alive",         "te", "trailer", "upgrade", "expect", "content-length",
    "host",       "transfer-encoding", "proxy-authorization"};

std::unexpected<Error> refused(std::string_view why) {
  return fail(Errc::InvalidInput, fmt::format("request to a proxy: {}", why));
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

// Of "HOST:PORT".
Result<Destination> parse_endpoint(std::string_view text) {
  BERTH_TRY(Destination parsed, parse_destination(text));
  if (parsed.ports.first != parsed.ports.last || parsed.ports.first == 0) return refused("it names no single port");
  const auto* pattern = std::get_if<NamePattern>(&parsed.host);
  const auto* range = std::get_if<AddressRange>(&parsed.host);
  if ((pattern != nullptr && pattern->below) || (range != nullptr && !range->is_single())) {
    return refused("it names no single host");
  }
  return parsed;
}

Result<std::string> read_headers(std::string_view rest) {
  std::string kept;
  while (rest != kEnd) {
    const std::size_t end = rest.find(kEnd);
    if (end == std::string_view::npos || end == 0) return refused("its head does not end where it should");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + kEnd.size());
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return refused("a header has no name");
    const bool is_text = std::ranges::all_of(line, [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f'); });
    if (!is_text) return refused("a header holds control characters");
    if (std::ranges::find(kLeftOut, lower_case(line.substr(0, colon))) != std::end(kLeftOut)) continue;
    kept += std::string(line) + std::string(kEnd);
  }
  return kept;
}

}  // namespace

Result<ProxyRequest> read_proxy_request(std::string_view head, std::string_view authorization) {
  const std::size_t end = head.find(kEnd);
  if (end == std::string_view::npos) return refused("it has no first line");
  const std::string_view line = head.substr(0, end);
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return refused("its first line is none");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refused("it is of no version that is known");
  if (!is_printable(target)) return refused("its target holds control characters");
  BERTH_TRY(const std::string headers, read_headers(head.substr(end + kEnd.size())));

  ProxyRequest request;
  request.is_tunnel = method == "CONNECT";
  std::string endpoint(target);
  if (!request.is_tunnel) {
    if (method != "GET" && method != "HEAD") return refused("only CONNECT, GET and HEAD are passed on");
    constexpr std::string_view kScheme = "http://";
    if (!lower_case(target.substr(0, kScheme.size())).starts_with(kScheme))
      return refused("its target is no http address");
    endpoint = target.substr(kScheme.size());
    endpoint = endpoint.substr(0, endpoint.find_first_of("/?#"));
    const bool has_port = endpoint.ends_with(']') ? false : endpoint.rfind(':') != std::string::npos;
    if (!has_port) endpoint += ":80";
  }
  BERTH_TRY(request.destination, parse_endpoint(endpoint));
  request.head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n{}", method, target, to_text(request.destination), headers);
  if (!request.is_tunnel) request.head += "Connection: close\r\n";
  if (!authorization.empty()) request.head += fmt::format("Proxy-Authorization: {}\r\n", authorization);
  request.head += kEnd;
  return request;
}

Result<int> read_proxy_status(std::string_view head) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_http = head.starts_with("HTTP/1.1 ") || head.starts_with("HTTP/1.0 ");
  if (!is_http || head.size() < 13 || !std::ranges::all_of(head.substr(9, 3), is_digit)) {
    return fail(Errc::InvalidInput, "answer of a proxy: it has no status");
  }
  if (head[12] != ' ' && head[12] != '\r') return fail(Errc::InvalidInput, "answer of a proxy: it has no status");
  return (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
}

}  // namespace berth::net
