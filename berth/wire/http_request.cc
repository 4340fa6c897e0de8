#include "berth/wire/http_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/base/lower_case.h"

namespace berth::wire {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

std::unexpected<HttpProblem> problem(int status, std::string text) {
  return std::unexpected(HttpProblem{status, std::move(text)});
}

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

// Visible characters, blanks, tabs, and bytes past ASCII.
bool is_field_value(std::string_view text) {
  const auto allowed = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  };
  return std::ranges::all_of(text, allowed);
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_bare_line_end(std::string_view head) {
  for (std::size_t at = head.find_first_of("\r\n"); at != std::string_view::npos; at = head.find_first_of("\r\n", at)) {
    if (head.substr(at, 2) != "\r\n") return true;
    at += 2;
  }
  return false;
}

}  // namespace

const std::string* HttpRequest::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::expected<std::optional<HttpRequest>, HttpProblem> HttpRequestParser::next() {
  if (!head_) {
    // A client may send empty lines after the request before (RFC 9112, 2.2).
    while (bytes_.starts_with("\r\n")) {
      bytes_.erase(0, 2);
      scanned_ = 0;
    }
    const std::size_t from = scanned_ < kEndOfHead.size() ? 0 : scanned_ - kEndOfHead.size() + 1;
    const std::size_t end = std::string_view(bytes_).find(kEndOfHead, from);
    scanned_ = bytes_.size();
    const std::size_t seen = end == std::string::npos ? bytes_.size() : end + kEndOfHead.size();
    if (seen > limits_.head_bytes) {
      return problem(431, fmt::format("the head of the request is longer than {} bytes", limits_.head_bytes));
    }
    if (end == std::string::npos) return std::nullopt;
    if (auto read = read_head(std::string_view(bytes_).substr(0, end)); !read) return std::unexpected(read.error());
    bytes_.erase(0, seen);
    scanned_ = 0;
  }
  if (bytes_.size() < body_bytes_) return std::nullopt;
  HttpRequest request = *std::exchange(head_, std::nullopt);
  request.body = bytes_.substr(0, body_bytes_);
  bytes_.erase(0, body_bytes_);
  waits_ = false;
  return request;
}

std::expected<void, HttpProblem> HttpRequestParser::read_head(std::string_view text) {
  if (is_bare_line_end(text)) return problem(400, "a line of the head does not end with CR LF");
  head_.emplace();
  const std::size_t end = std::min(text.find("\r\n"), text.size());
  if (auto read = read_request_line(text.substr(0, end)); !read) return read;
  for (std::string_view rest = text.substr(end); !rest.empty();) {
    rest.remove_prefix(2);  // the end of the line before
    const std::string_view line = rest.substr(0, std::min(rest.find("\r\n"), rest.size()));
    if (auto read = read_field(line); !read) return read;
    rest.remove_prefix(line.size());
  }
  return judge_fields();
}

std::expected<void, HttpProblem> HttpRequestParser::read_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return problem(400, "the request line is not method, target and version with one blank between");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || method.size() > 32) return problem(400, "the method is no name");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool is_http = version.starts_with("HTTP/") && version.size() == 8;
    return problem(is_http ? 505 : 400, "the request is not of HTTP/1.1");
  }
  if (target.size() > limits_.target_bytes) {
    return problem(414, fmt::format("the target is longer than {} bytes", limits_.target_bytes));
  }
  const bool is_visible = std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f; });
  if (!target.starts_with('/') || !is_visible) return problem(400, "the target is no absolute path of visible ASCII");
  head_->method = method;
  head_->target = target;
  head_->keep_alive = version == "HTTP/1.1";
  return {};
}

std::expected<void, HttpProblem> HttpRequestParser::read_field(std::string_view line) {
  if (head_->fields.size() >= limits_.fields) {
    return problem(431, fmt::format("the request has more than {} fields", limits_.fields));
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  // A blank before the colon, or at the begin of a folded line, is no part of a name either.
  if (colon == std::string_view::npos || !is_token(name)) return problem(400, "a field of the head has no proper name");
  const std::string_view value = without_blanks(line.substr(colon + 1));
  if (!is_field_value(value)) return problem(400, fmt::format("field '{}' holds control characters", name));
  head_->fields.emplace_back(lower_case(name), value);
  return {};
}

std::expected<void, HttpProblem> HttpRequestParser::judge_fields() {
  const bool needs_host = head_->keep_alive;  // of HTTP/1.1
  int hosts = 0;
  const std::string* length = nullptr;
  for (const auto& [name, value] : head_->fields) {
    if (name == "host") ++hosts;
    if (name == "transfer-encoding") return problem(411, "a body is taken with Content-Length alone");
    if (name == "content-length") {
      if (length != nullptr) return problem(400, "Content-Length stands there twice");
      length = &value;
    }
    if (name == "connection") {
      const std::string options = lower_case(value);
      if (options.find("close") != std::string::npos) head_->keep_alive = false;
    }
    if (name == "expect") waits_ = lower_case(value) == "100-continue";
  }
  if (hosts > 1 || (hosts == 0 && needs_host)) return problem(400, "the request needs one field Host");
  body_bytes_ = 0;
  if (length == nullptr) {
    waits_ = false;
    return {};
  }
  const bool is_number = !length->empty() && std::ranges::all_of(*length, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return problem(400, "Content-Length is no number");
  const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), body_bytes_);
  if (error != std::errc() || body_bytes_ > limits_.body_bytes) {
    return problem(413, fmt::format("the body is longer than {} bytes", limits_.body_bytes));
  }
  return {};
}

}  // namespace berth::wire
