// HTTP/1.1 requests (RFC 9112) out of a stream of bytes, read without trust.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::wire {

struct HttpLimits {
  std::size_t head_bytes = 16 << 10;  // request line and fields together
  std::size_t target_bytes = 2 << 10;
  std::size_t fields = 64;
  std::size_t body_bytes = 16 << 20;
};

struct HttpRequest {
  std::string method;                                       // as it was sent: names of methods are told apart by case
  std::string target;                                       // begins with "/", visible ASCII
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;
  bool keep_alive = true;  // the client would send another request over this connection

  // The first field of that name, in lower case; null when there is none.
  const std::string* field(std::string_view name) const;
  // The target without its query.
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
};

// What is wrong with a request, as it is answered. Where one request ends and the next begins is not known any more.
struct HttpProblem {
  int status = 400;
  std::string text;
};

// Collects bytes and gives requests back one by one. Only what has one meaning is taken: lines end with CR LF, no line
// is folded, a length is given once and by Content-Length alone. Each byte is looked at once, however the bytes arrive.
class HttpRequestParser {
 public:
  explicit HttpRequestParser(HttpLimits limits = {}) : limits_(limits) {}

  void append(std::string_view bytes) { bytes_ += bytes; }

  // The next whole request, or nothing yet. After a problem the parser is of no use any more.
  // Problems: 400; 411 for a body of unknown length; 413, 414, 431 past the limits; 505.
  std::expected<std::optional<HttpRequest>, HttpProblem> next();

  // Whether nothing of a request has come yet.
  bool is_idle() const { return bytes_.empty() && !head_; }
  // Whether the head has come, and only the body is being waited for.
  bool has_head() const { return head_.has_value(); }
  // Whether the client waits for a "100 Continue" before it sends its body; said once.
  bool take_wait() { return std::exchange(waits_, false); }

 private:
  std::expected<void, HttpProblem> read_head(std::string_view text);
  std::expected<void, HttpProblem> read_request_line(std::string_view line);
  std::expected<void, HttpProblem> read_field(std::string_view line);
  std::expected<void, HttpProblem> judge_fields();

  HttpLimits limits_;
  std::string bytes_;
  std::size_t scanned_ = 0;          // up to here there is no end of a head
  std::optional<HttpRequest> head_;  // whose body is being waited for
  std::size_t body_bytes_ = 0;
  bool waits_ = false;
};

}  // namespace berth::wire
