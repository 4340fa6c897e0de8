// HTTP/1.1 responses: printed, and read back without trust.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"

namespace berth::wire {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

// "Not Found" for 404; empty for a status that nothing here answers with.
std::string_view reason_of(int status);

// A whole response, its Content-Length included.
std::string print_response(int status, const HttpFields& fields, std::string_view body);
// The head of a response whose body comes in chunks; then each chunk (never an empty one), and the end.
std::string print_chunked_head(int status, const HttpFields& fields);
std::string print_chunk(std::string_view bytes);
constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Reads one response as its bytes come. Interim ones (100) are passed over.
class HttpResponseParser {
 public:
  // Errors: Corrupt for what is no response. Bytes past its end are an error as well: one request has one answer.
  Result<void> append(std::string_view bytes);
  // The other side will send no more. Errors: Unavailable when the response is not whole.
  Result<void> end() const;

  bool has_head() const { return state_ != State::Head; }
  bool is_done() const { return state_ == State::Done; }
  int status() const { return status_; }
  const std::string* field(std::string_view name) const;  // `name` in lower case
  // What has come of the body since it was last taken.
  std::string take_body() { return std::exchange(body_, {}); }

 private:
  enum class State { Head, Body, ChunkSize, Chunk, ChunkEnd, Trailer, Done };

  Result<bool> step();  // whether more can be done with what has come
  Result<bool> read_head();
  Result<bool> read_chunk_size();
  void take(std::uint64_t& left);
  std::optional<std::string> take_line();

  State state_ = State::Head;
  int status_ = 0;
  HttpFields fields_;
  std::string bytes_;
  std::size_t begin_ = 0;   // of what is not read yet
  std::uint64_t left_ = 0;  // of the body, or of a chunk
  std::string body_;
};

}  // namespace berth::wire
