// The messages of a loop, read without trust (docs/protocol.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::wire {

enum class MessageType {
  Ready,      // the interpreter runs and waits for its job
  Completed,  // the call has ended, well or not
  Exception,  // the script raised; `completed` follows
  Results,    // entries of the script
  EntryLog,   // a line for the war room
  Request,    // the script waits for an answer, paired by `seq`
  Notice,     // `heartbeat`: for the server alone, never answered
  Unknown,    // of a type we do not know
};

// One line of a loop.
struct Message {
  MessageType type = MessageType::Unknown;
  std::string name;                 // the `type` member as it came; for Request the command or type that is asked for
  std::optional<std::int64_t> seq;  // set when an answer is waited for
  Json body;                        // the whole object
};

// Reads one line. Bytes that are not UTF-8 become U+FFFD. A line that has other text before its object, as an
// interrupted writer leaves it, is read from its last `{"type":` on.
// Errors: InvalidInput when there is no message in it; Exhausted past the limits of JSON text.
Result<Message> parse_message(std::string_view line);

// The line that answers request `seq`, with its line feed.
std::string answer_line(std::int64_t seq, const Json& result);
std::string error_line(std::int64_t seq, std::string_view text);

}  // namespace berth::wire
