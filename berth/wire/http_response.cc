#include "berth/wire/http_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/base/lower_case.h"

namespace berth::wire {
namespace {

constexpr std::size_t kLongestHead = 64 << 10;
constexpr std::size_t kLongestLine = 4 << 10;

struct Reason {
  int status;
  std::string_view text;
};

constexpr Reason kReasons[] = {{100, "Continue"},
                               {200, "OK"},
                               {202, "Accepted"},
                               {400, "Bad Request"},
                               {403, "Forbidden"},
                               {404, "Not Found"},
                               {405, "Method Not Allowed"},
                               {408, "Request Timeout"},
                               {409, "Conflict"},
                               {411, "Length Required"},
                               {413, "Content Too Large"},
                               {414, "URI Too Long"},
                               {429, "Too Many Requests"},
                               {431, "Request Header Fields Too Large"},
                               {500, "Internal Server Error"},
                               {503, "Service Unavailable"},
                               {505, "HTTP Version Not Supported"}};

std::string print_head(int status, const HttpFields& fields) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_of(status));
  for (const auto& [name, value] : fields) head += fmt::format("{}: {}\r\n", name, value);
  return head;
}

std::unexpected<Error> corrupt(const char* what) {
  return fail(Errc::Corrupt, fmt::format("read the answer: {}", what));
}

}  // namespace

std::string_view reason_of(int status) {
  const auto* found = std::ranges::find(kReasons, status, &Reason::status);
  return found != std::end(kReasons) ? found->text : "";
}

std::string print_response(int status, const HttpFields& fields, std::string_view body) {
  return print_head(status, fields) + fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

std::string print_chunked_head(int status, const HttpFields& fields) {
  return print_head(status, fields) + "Transfer-Encoding: chunked\r\n\r\n";
}

std::string print_chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

const std::string* HttpResponseParser::field(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<void> HttpResponseParser::append(std::string_view bytes) {
  bytes_ += bytes;
  for (;;) {
    BERTH_TRY(const bool goes_on, step());
    if (!goes_on) break;
  }
  bytes_.erase(0, std::exchange(begin_, 0));
  if (is_done() && !bytes_.empty()) return corrupt("there are bytes after its end");
  return {};
}

Result<void> HttpResponseParser::end() const {
  if (is_done()) return {};
  return fail(Errc::Unavailable, "read the answer: the connection was closed before its end");
}

Result<bool> HttpResponseParser::step() {
  switch (state_) {
    case State::Head:
      return read_head();
    case State::Body:
      take(left_);
      if (left_ == 0) state_ = State::Done;
      return false;
    case State::ChunkSize:
      return read_chunk_size();
    case State::Chunk:
      take(left_);
      if (left_ > 0) return false;
      state_ = State::ChunkEnd;
      return true;
    case State::ChunkEnd:
    case State::Trailer: {
      const auto line = take_line();
      if (!line && bytes_.size() - begin_ > kLongestLine) return corrupt("a line of it is too long");
      if (!line) return false;
      if (state_ == State::ChunkEnd) {
        if (!line->empty()) return corrupt("a chunk is longer than its size");
        state_ = State::ChunkSize;
      } else if (line->empty()) {
        state_ = State::Done;
      }
      return true;
    }
    case State::Done:
      return false;
  }
  return false;
}

Result<bool> HttpResponseParser::read_head() {
  const std::size_t end = bytes_.find("\r\n\r\n", begin_);
  if (end == std::string::npos && bytes_.size() - begin_ > kLongestHead) return corrupt("its head is too long");
  if (end == std::string::npos) return false;
  const std::string first = take_line().value_or("");
  const std::string code = first.starts_with("HTTP/1.1 ") ? first.substr(9, 3) : "";
  fields_.clear();
  const auto [stop, error] = std::from_chars(code.data(), code.data() + code.size(), status_);
  if (code.size() != 3 || error != std::errc() || stop != code.data() + 3 || status_ < 100) {
    return corrupt("it is none of HTTP/1.1");
  }
  bool is_chunked = false;
  std::optional<std::uint64_t> length;
  for (std::string line = take_line().value_or(""); !line.empty(); line = take_line().value_or("")) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) return corrupt("a field of its head has no name");
    std::string value = line.substr(std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
    fields_.emplace_back(lower_case(line.substr(0, colon)), std::move(value));
    const auto& [name, text] = fields_.back();
    if (name == "transfer-encoding") is_chunked = true;
    if (name != "content-length") continue;
    length.emplace(0);
    const auto [last, wrong] = std::from_chars(text.data(), text.data() + text.size(), *length);
    if (wrong != std::errc() || last != text.data() + text.size()) return corrupt("its length is no number");
  }
  if (status_ < 200) return true;  // the real one follows
  if (is_chunked == length.has_value()) return corrupt("its length is not told, or in two ways");
  left_ = length.value_or(0);
  state_ = is_chunked ? State::ChunkSize : State::Body;
  return true;
}

Result<bool> HttpResponseParser::read_chunk_size() {
  const auto line = take_line();
  if (!line && bytes_.size() - begin_ > kLongestLine) return corrupt("a line of it is too long");
  if (!line) return false;
  const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), left_, 16);
  if (error != std::errc() || end != line->data() + line->size()) return corrupt("the size of a chunk is no number");
  state_ = left_ == 0 ? State::Trailer : State::Chunk;
  return true;
}

void HttpResponseParser::take(std::uint64_t& left) {
  const std::size_t count = std::min<std::uint64_t>(left, bytes_.size() - begin_);
  body_.append(bytes_, begin_, count);
  begin_ += count;
  left -= count;
}

std::optional<std::string> HttpResponseParser::take_line() {
  const std::size_t end = bytes_.find("\r\n", begin_);
  if (end == std::string::npos) return std::nullopt;
  std::string line = bytes_.substr(begin_, end - begin_);
  begin_ = end + 2;
  return line;
}

}  // namespace berth::wire
