// HTTP towards registries: one request at a time, bounded in bytes and time, following nothing by itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

// How a server may be reached.
struct HttpAccess {
  std::filesystem::path ca_file;  // PEM, trusted besides the machine's own; empty: none
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  bool verify = true;      // false: whatever certificate it shows
  std::string http_proxy;  // URLs; empty: none. What the environment says is for the caller to read
  std::string https_proxy;
  std::string no_proxy;
  // Whether addresses of this machine, of a site and of a cloud's metadata may be connected to. What an operator named
  // may; what a server sends us to may not. A proxy, where there is one, is then always used, and decides.
  bool any_address = true;

  const std::string& proxy_for(std::string_view scheme) const { return scheme == "https" ? https_proxy : http_proxy; }
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The value of the first header `name`; empty when there is none.
  std::string header(std::string_view name) const;
  // The values of all of them, as one list.
  std::string all(std::string_view name) const;
  bool is_success() const { return status >= 200 && status < 300; }
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;                    // http or https, nothing else is spoken
  std::vector<std::string> headers;   // "Name: value"
  std::string body;                   // of POST and PUT
  std::filesystem::path upload;       // a file as the body of PUT, in place of `body`
  std::size_t limit_bytes = 1 << 20;  // of the body of an answer with a status of 200 to 299
  // Takes the body of an answer with a status of 200 to 299 as it comes, with what stood before it; else the body is
  // kept in the answer.
  std::function<Result<void>(const HttpAnswer& head, std::string_view bytes)> on_body;
  std::chrono::milliseconds time_limit = std::chrono::minutes(1);
};

// Keeps connections open between requests. For one thread.
class HttpClient {
 public:
  // Errors: those of CurlLibrary::load().
  static Result<HttpClient> open();

  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  // Sends one request. Redirects are answers like others. Of the body of what is no success the first 64 KiB are kept,
  // whatever `limit_bytes` says: a page of words stands there, about a blob of any size.
  // Errors: InvalidInput for a URL that is none; Unavailable when there is no answer, or it breaks off; Denied when its
  // certificate does not hold, or there is no TLS, with the remedy; TimedOut past the limit, and where bytes that have
  // begun to come or to go nearly stop for half a minute, or no answer begins for ten; Exhausted when the body or the
  // headers are over their limit; Denied for an address that may not be connected to; those of `on_body`.
  Result<HttpAnswer> send(const HttpRequest& request, const HttpAccess& access);

 private:
  class Handle;
  explicit HttpClient(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

// A URL, taken apart as far as rules need it. `origin` is "https://host:port" with the port always written.
struct Url {
  std::string scheme;  // "http", "https"
  std::string host;    // in lower case; an IPv6 address without brackets
  std::uint16_t port = 0;
  std::string target;  // "/v2/...?x=y", at least "/"
  bool has_user = false;

  std::string origin() const;
};

// Errors: InvalidInput for what is no http(s) URL, with the reason.
Result<Url> parse_url(std::string_view text);

// The hosts of `no_proxy` that hold for a port: `host:443` counts for that port alone, as other programs read it and
// libcurl does not.
std::string hosts_without_proxy(std::string_view no_proxy, std::uint16_t port);

// `location` as it stands in an answer to a request for `base`: whole, or beginning with '/'.
// Errors: as of parse_url; InvalidInput for other relative forms.
Result<Url> follow_location(const Url& base, std::string_view location);
std::string to_text(const Url& url);

}  // namespace berth::image
