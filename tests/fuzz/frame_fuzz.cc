// What a script can send: bytes in any pieces become the same lines, and a line becomes a message or an error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/error.h"
#include "berth/base/json.h"
#include "berth/wire/line_buffer.h"
#include "berth/wire/message.h"

namespace {

constexpr std::size_t kLimitBytes = 256;

struct Split {
  std::vector<std::string> lines;
  std::string rest;
};

Split split_in_pieces(std::string_view bytes, std::size_t piece_bytes) {
  berth::wire::LineBuffer buffer(kLimitBytes);
  Split split;
  while (!bytes.empty()) {
    buffer.append(bytes.substr(0, piece_bytes));
    bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
    while (const std::optional<std::string_view> line = buffer.next_line()) split.lines.emplace_back(*line);
    BERTH_ASSERT(buffer.is_over_limit() == (buffer.rest().size() > kLimitBytes));
  }
  split.rest = buffer.rest();
  return split;
}

void check_message(const std::string& line) {
  const berth::Result<berth::wire::Message> message = berth::wire::parse_message(line);
  if (!message.has_value()) {
    const berth::Errc code = message.error().code();
    BERTH_ASSERT(code == berth::Errc::InvalidInput || code == berth::Errc::Exhausted);
    return;
  }
  BERTH_ASSERT(message->body.is_object());
  BERTH_ASSERT(message->body.text_or("type", "") == message->name);

  // A message that was read is written and read again as the same one.
  const berth::Result<berth::wire::Message> again = berth::wire::parse_message(berth::print_json(message->body));
  BERTH_ASSERT(again.has_value());
  BERTH_ASSERT(again->type == message->type && again->name == message->name && again->seq == message->seq);
  BERTH_ASSERT(again->body == message->body);

  // What is answered is one line of JSON, whatever the script asked with.
  const std::int64_t seq = message->seq.value_or(0);
  for (const std::string& answer :
       {berth::wire::answer_line(seq, message->body), berth::wire::error_line(seq, message->name)}) {
    BERTH_ASSERT(answer.find('\n') == answer.size() - 1);
    BERTH_ASSERT(berth::parse_json(answer).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Split whole = split_in_pieces(bytes, std::max<std::size_t>(size, 1));
  // The first byte chooses the size of the pieces.
  const Split pieces = split_in_pieces(bytes, size == 0 ? 1 : 1 + data[0] % 32U);
  BERTH_ASSERT(whole.lines == pieces.lines && whole.rest == pieces.rest);

  std::string joined;
  for (const std::string& line : whole.lines) {
    BERTH_ASSERT(line.find('\n') == std::string::npos);
    joined += line + "\n";
    check_message(line);
  }
  BERTH_ASSERT(joined + whole.rest == bytes);
  check_message(whole.rest);
  return 0;
}
