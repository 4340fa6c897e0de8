#include "berth/image/http_client.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <optional>
#include <utility>

#include "berth/base/utf8.h"
#include "berth/image/curl_library.h"
#include "berth/image/transfer_pace.h"
#include "berth/net/address.h"
#include "berth/net/address_rules.h"
#include "berth/sys/interrupt.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxHeaderBytes = 256 << 10;
constexpr long kConnectSeconds = 15;
constexpr std::size_t kMaxWords = 64 << 10;  // of the body of what is no success

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::optional<net::Address> address_of(const sockaddr* address) {
  const void* bytes = address;
  if (address->sa_family == AF_INET) {
    const auto& four = static_cast<const sockaddr_in*>(bytes)->sin_addr.s_addr;
    return net::Address::v4(std::bit_cast<std::array<std::uint8_t, 4>>(four).data());
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  return net::Address::v6(static_cast<const sockaddr_in6*>(bytes)->sin6_addr.s6_addr);
}

// One request while libcurl works on it; its callbacks come here.
struct Exchange {
  const HttpRequest& request;
  bool through_proxy = false;
  const HttpAccess& access;
  HttpAnswer answer;
  std::size_t header_bytes = 0;
  std::size_t body_bytes = 0;
  TransferPace pace;
  bool is_enough = false;      // the rest of a body of words is left where it is
  std::optional<Error> error;  // what a callback stopped the request for

  bool stop(Error why) {
    error = std::move(why);
    return false;
  }

  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > kMaxHeaderBytes) {
      return stop(Error(Errc::Exhausted, fmt::format("its headers are over {} bytes", kMaxHeaderBytes)));
    }
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
      answer = {};  // an earlier one was "100 Continue", or a proxy's
      const std::size_t blank = line.find(' ');
      for (const char c : line.substr(std::min(blank + 1, line.size()), 3)) {
        if (c >= '0' && c <= '9') answer.status = answer.status * 10 + (c - '0');
      }
      return true;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
    answer.headers.emplace_back(std::move(name), value);
    return true;
  }

  bool take_body(std::string_view bytes) {
    body_bytes += bytes.size();
    if (!answer.is_success()) {
      answer.body += bytes.substr(0, kMaxWords - std::min(kMaxWords, answer.body.size()));
      is_enough = body_bytes > kMaxWords;
      return !is_enough;
    }
    if (body_bytes > request.limit_bytes) {
      return stop(Error(Errc::Exhausted, fmt::format("it is over the limit of {} bytes", request.limit_bytes)));
    }
    if (request.on_body) {
      auto taken = request.on_body(answer, bytes);
      return taken || stop(std::move(taken).error());
    }
    answer.body += bytes;
    return true;
  }

  // Heard about once a second, and when something moves.
  bool goes_on(const TransferPace::Progress& progress) {
    if (auto wanted = sys::check_interrupted(); !wanted) return stop(std::move(wanted).error());
    const std::string why = pace.problem(progress, TransferPace::Clock::now());
    return why.empty() || stop(Error(Errc::TimedOut, why));
  }

  bool may_connect(const sockaddr* address) {
    if (access.any_address || through_proxy) return true;
    const auto read = address_of(address);
    if (!read) return stop(Error(Errc::Denied, "connect to an address that is no IP address"));
    const net::AddressRules rules;
    const net::AddressRule* refusal = rules.refusal_of(*read);
    if (refusal == nullptr) return true;
    return stop(Error(Errc::Denied, fmt::format("connect to {}: it is {}, and a registry may not send us there",
                                                net::to_text(*read), refusal->what)));
  }
};

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* exchange) {
  const std::size_t length = size * count;
  return static_cast<Exchange*>(exchange)->take_header({bytes, length}) ? length : 0;
}

std::size_t on_write(char* bytes, std::size_t size, std::size_t count, void* exchange) {
  const std::size_t length = size * count;
  return static_cast<Exchange*>(exchange)->take_body({bytes, length}) ? length : 0;
}

std::size_t on_read(char* into, std::size_t size, std::size_t count, void* file) {
  return std::fread(into, 1, size * count, static_cast<std::FILE*>(file));
}

int on_progress(void* exchange, curl_off_t, curl_off_t received, curl_off_t to_send, curl_off_t sent) {
  const TransferPace::Progress progress = {.sent_bytes = static_cast<std::uint64_t>(sent),
                                           .to_send_bytes = static_cast<std::uint64_t>(to_send),
                                           .received_bytes = static_cast<std::uint64_t>(received)};
  return static_cast<Exchange*>(exchange)->goes_on(progress) ? 0 : 1;
}

curl_socket_t on_open_socket(void* exchange, curlsocktype, curl_sockaddr* address) {
  if (!static_cast<Exchange*>(exchange)->may_connect(&address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::string certificate_remedy(const Url& url) {
  const bool is_six = url.host.contains(':');
  std::string registry = fmt::format("{}{}{}", is_six ? "[" : "", url.host, is_six ? "]" : "");
  if (url.port != 443) registry += fmt::format(":{}", url.port);
  return fmt::format(
      "its certificate does not hold; if it is signed by a CA of your own, name its file with "
      "'ca' under images.registries, put it at /etc/containers/certs.d/{}/ca.crt, or name it for all with "
      "containers.ca_bundle",
      registry);
}

// The library tells of such a file in the words of a certificate that does not hold, or of a connection that broke.
Result<void> check_files(const HttpAccess& access) {
  const auto check = [](const std::filesystem::path& file, const char* what, const char* where) -> Result<void> {
    if (file.empty() || ::access(file.c_str(), R_OK) == 0) return {};
    const Error error = Error::from_errno(errno, fmt::format("read {} '{}'", what, file.native()));
    return fail(Errc::InvalidInput, fmt::format("{}; see {}", error.message(), where));
  };
  constexpr const char* kOwn = "'client_certificate' and 'client_key' under images.registries, and certs.d";
  if (access.verify) {
    BERTH_CHECK_OK(
        check(access.ca_file, "the CA's certificate", "'ca' under images.registries, and containers.ca_bundle"));
  }
  BERTH_CHECK_OK(check(access.client_certificate, "the client certificate", kOwn));
  return check(access.client_key, "the key of the client certificate", kOwn);
}

constexpr std::string_view kProxyToo =
    "; a proxy is set for such addresses (containers.proxy, or http_proxy and https_proxy): see that it can be "
    "reached, or "
    "name the host in no_proxy";
// As far as the exceptions name the host itself.
bool is_by_proxy(const Url& url, const HttpAccess& access) {
  const std::string exceptions = fmt::format(",{},", hosts_without_proxy(access.no_proxy, url.port));
  const bool is_excepted = access.any_address && exceptions.contains(fmt::format(",{},", url.host));
  return !access.proxy_for(url.scheme).empty() && !is_excepted;
}

constexpr std::string_view kTryAgain = "; see that it can be reached from here, and try again";

}  // namespace

std::string HttpAnswer::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string() : found->second;
}

std::string HttpAnswer::all(std::string_view name) const {
  std::string list;
  for (const auto& [own, value] : headers) {
    if (own == name) list += (list.empty() ? "" : ", ") + value;
  }
  return list;
}

class HttpClient::Handle {
 public:
  Handle(const CurlLibrary& curl, CURL* easy) : curl_(curl), easy_(easy) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    curl_.easy_cleanup(easy_);
    curl_.slist_free_all(headers_);
  }

  Result<HttpAnswer> send(const HttpRequest& request, const HttpAccess& access) {
    BERTH_TRY(const Url url, parse_url(request.url));
    if (url.scheme == "https") BERTH_CHECK_OK(check_files(access).context([&] { return doing(request, url); }));
    Exchange exchange{.request = request, .through_proxy = !access.proxy_for(url.scheme).empty(), .access = access};
    curl_.easy_reset(easy_);  // connections stay
    set_rules(request, access, url);
    std::unique_ptr<std::FILE, CloseFile> upload;
    BERTH_CHECK_OK(set_body(request, upload));
    set_headers(request);
    curl_.easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
    curl_.easy_setopt(easy_, CURLOPT_HEADERDATA, &exchange);
    curl_.easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_write);
    curl_.easy_setopt(easy_, CURLOPT_WRITEDATA, &exchange);
    curl_.easy_setopt(easy_, CURLOPT_NOPROGRESS, 0L);
    curl_.easy_setopt(easy_, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_.easy_setopt(easy_, CURLOPT_XFERINFODATA, &exchange);
    curl_.easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_.easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, &exchange);
    const CURLcode code = curl_.easy_perform(easy_);
    if (exchange.error) return std::unexpected(std::move(*exchange.error).in(doing(request, url)));
    if (code != CURLE_OK && !exchange.is_enough) {
      return std::unexpected(error_of(code, url, access).in(doing(request, url)));
    }
    return std::move(exchange.answer);
  }

 private:
  static std::string doing(const HttpRequest& request, const Url& url) {
    // Without the query, which may be a signature.
    return fmt::format("{} {}{}", request.method, url.origin(),
                       to_visible(url.target.substr(0, url.target.find('?')), false));
  }

  Error error_of(CURLcode code, const Url& url, const HttpAccess& access) const {
    switch (code) {
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_ISSUER_ERROR:
        return Error(Errc::Denied, fmt::format("{} ({})", certificate_remedy(url), error_text_.data()));
      case CURLE_SSL_CACERT_BADFILE:
        return Error(Errc::InvalidInput, fmt::format("'{}' holds no certificate in PEM form ({})",
                                                     access.ca_file.native(), words_of(code)));
      case CURLE_SSL_CERTPROBLEM:
        return Error(
            Errc::InvalidInput,
            fmt::format("the client certificate '{}' and its key cannot be used ({}); both are files in PEM form",
                        access.client_certificate.native(), words_of(code)));
      case CURLE_SSL_CONNECT_ERROR:
        return no_tls();
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_PROXY:
        // The library's words may hold the proxy's URL, and that a password.
        return Error(
            Errc::Unavailable,
            "the proxy cannot be used as it is given; look at containers.proxy, and at the variables http_proxy "
            "and https_proxy");
      case CURLE_OPERATION_TIMEDOUT:
        return Error(Errc::TimedOut, error_text_.data());
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_CONNECT:
      case CURLE_GOT_NOTHING:
      case CURLE_SEND_ERROR:
      case CURLE_RECV_ERROR:
      case CURLE_PARTIAL_FILE:
        return Error(Errc::Unavailable,
                     fmt::format("{}{}{}", words_of(code), kTryAgain, is_by_proxy(url, access) ? kProxyToo : ""));
      default:
        return Error(Errc::Unavailable, words_of(code));
    }
  }

  std::string words_of(CURLcode code) const {
    return to_visible(error_text_[0] != '\0' ? error_text_.data() : curl_.easy_strerror(code), false);
  }

  Error no_tls() const {
    const std::string words = to_visible(error_text_.data(), false);
    // A connection that was cut may hold the next time; what the other side has said stays.
    if (!words.contains("SSL routines")) return Error(Errc::Unavailable, words + std::string(kTryAgain));
    return Error(Errc::Denied,
                 fmt::format("it does not speak TLS as we do ({}); if it speaks plain http, set 'insecure: "
                             "on' for it under images.registries",
                             words));
  }

  void set_rules(const HttpRequest& request, const HttpAccess& access, const Url& url) {
    const std::string exceptions = hosts_without_proxy(access.no_proxy, url.port);  // the library copies it
    error_text_[0] = '\0';
    const auto set = [&](CURLoption option, auto value) { curl_.easy_setopt(easy_, option, value); };
    set(CURLOPT_ERRORBUFFER, error_text_.data());
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, access.verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, access.verify ? 2L : 0L);
    if (!access.ca_file.empty()) set(CURLOPT_CAINFO, access.ca_file.c_str());
    if (!access.client_certificate.empty()) set(CURLOPT_SSLCERT, access.client_certificate.c_str());
    if (!access.client_key.empty()) set(CURLOPT_SSLKEY, access.client_key.c_str());
    set(CURLOPT_PROXY, access.proxy_for(url.scheme).c_str());
    set(CURLOPT_NOPROXY, access.any_address ? exceptions.c_str() : "");
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!access.any_address) set(CURLOPT_FRESH_CONNECT, 1L);  // the address is judged when a connection is made
    set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.time_limit.count()));
    set(CURLOPT_USERAGENT, "berth");
  }

  Result<void> set_body(const HttpRequest& request, std::unique_ptr<std::FILE, CloseFile>& upload) {
    if (request.method == "HEAD") {
      curl_.easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    } else if (!request.upload.empty()) {
      upload.reset(std::fopen(request.upload.c_str(), "rbe"));
      std::error_code error;
      const std::uintmax_t size = std::filesystem::file_size(request.upload, error);
      if (!upload || error) return fail(Errc::NotFound, fmt::format("read '{}'", request.upload.native()));
      curl_.easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
      curl_.easy_setopt(easy_, CURLOPT_READFUNCTION, on_read);
      curl_.easy_setopt(easy_, CURLOPT_READDATA, upload.get());
      curl_.easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
    } else if (request.method == "POST" || request.method == "PUT") {
      curl_.easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_.easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.c_str());
      curl_.easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    } else if (request.method != "GET") {
      curl_.easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    return {};
  }

  void set_headers(const HttpRequest& request) {
    curl_.slist_free_all(headers_);
    headers_ = curl_.slist_append(nullptr, "Expect:");  // no pause before a body
    for (const std::string& header : request.headers) headers_ = curl_.slist_append(headers_, header.c_str());
    curl_.easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  }

  const CurlLibrary& curl_;
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text_ = {};
};

HttpClient::HttpClient(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpClient> HttpClient::open() {
  BERTH_TRY(const CurlLibrary* curl, CurlLibrary::load());
  CURL* easy = curl->easy_init();
  if (easy == nullptr) return fail(Errc::Unavailable, "set up a connection: libcurl cannot");
  return HttpClient(std::make_unique<Handle>(*curl, easy));
}

Result<HttpAnswer> HttpClient::send(const HttpRequest& request, const HttpAccess& access) {
  return handle_->send(request, access);
}

}  // namespace berth::image
