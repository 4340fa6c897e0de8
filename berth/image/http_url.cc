// URLs of http_client.h.

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/lower_case.h"

#include "berth/base/utf8.h"
#include "berth/image/http_client.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxUrl = 8192;

std::unexpected<Error> no_url(std::string_view text, std::string_view why) {
  constexpr std::size_t kShown = 200;
  // The query may hold signatures, the part before '@' a password: neither is shown.
  std::string_view shown = text.substr(0, std::min(text.find('?'), kShown));
  if (const std::size_t at = shown.find('@'); at != std::string_view::npos) shown = shown.substr(at + 1);
  return fail(Errc::InvalidInput, fmt::format("read URL '{}': {}", to_visible(shown, false), why));
}

bool is_host_sign(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_address_sign(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

}  // namespace

std::string Url::origin() const {
  const bool six = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", scheme, six ? "[" : "", host, six ? "]" : "", port);
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kMaxUrl) return no_url(text, "it is too long");
  const auto bad = [](char c) { return c <= ' ' || c == 0x7f || static_cast<unsigned char>(c) >= 0x80 || c == '\\'; };
  if (std::ranges::any_of(text, bad)) return no_url(text, "it holds signs that no URL holds");
  Url url;
  std::string_view rest = text;
  for (const std::string_view scheme : {"https", "http"}) {
    const std::string_view begin = rest.substr(0, scheme.size());
    const auto same = [](char a, char b) { return lower_letter(a) == b; };
    if (std::ranges::equal(begin, scheme, same) && rest.substr(scheme.size()).starts_with("://")) {
      url.scheme = scheme;
      rest.remove_prefix(scheme.size() + 3);
      break;
    }
  }
  if (url.scheme.empty()) return no_url(text, "only http and https are spoken");
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  url.target = rest.substr(end, rest.find('#') - end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.has_user = true;
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return no_url(text, "its address lacks a ']'");
    url.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    if (!port.empty() && port.front() != ':') return no_url(text, "signs stand behind its address");
    if (!port.empty()) port.remove_prefix(1);
    if (!std::ranges::all_of(url.host, is_address_sign)) return no_url(text, "its host is no IPv6 address");
  } else {
    url.host = authority.substr(0, authority.find(':'));
    if (url.host.size() < authority.size()) port = authority.substr(url.host.size() + 1);
    if (!std::ranges::all_of(url.host, is_host_sign)) return no_url(text, "its host is no host name");
  }
  if (url.host.empty()) return no_url(text, "it has no host");
  std::ranges::transform(url.host, url.host.begin(), lower_letter);
  unsigned value = 0;
  for (const char c : port) {
    if (c < '0' || c > '9' || value > 65535) return no_url(text, "its port is no number");
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > 65535) return no_url(text, "its port is over 65535");
  url.port = value != 0 ? static_cast<std::uint16_t>(value) : url.scheme == "https" ? 443 : 80;
  return url;
}

std::string to_text(const Url& url) { return url.origin() + url.target; }

std::string hosts_without_proxy(std::string_view no_proxy, std::uint16_t port) {
  std::string hosts;
  const std::string own = fmt::format(":{}", port);
  while (!no_proxy.empty()) {
    std::string_view entry = no_proxy.substr(0, no_proxy.find_first_of(", "));
    no_proxy.remove_prefix(std::min(entry.size() + 1, no_proxy.size()));
    const std::size_t colon = entry.rfind(':');
    const bool is_six = colon != std::string_view::npos && entry.find(':') != colon && entry.back() != ']';
    const bool has_port = colon != std::string_view::npos && (!is_six || (colon > 0 && entry[colon - 1] == ']')) &&
                          entry.find(']', colon) == std::string_view::npos;
    if (has_port && entry.substr(colon) != own) continue;
    if (has_port) entry = entry.substr(0, colon);
    if (!entry.empty()) hosts += (hosts.empty() ? "" : ",") + std::string(entry);
  }
  return hosts;
}

Result<Url> follow_location(const Url& base, std::string_view location) {
  if (!location.starts_with('/')) return parse_url(location);
  if (location.starts_with("//")) return parse_url(base.scheme + ":" + std::string(location));
  return parse_url(base.origin() + std::string(location));
}

}  // namespace berth::image
