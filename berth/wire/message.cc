#include "berth/wire/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"

namespace berth::wire {
namespace {

// Half of what other texts may have: a message of a million values would take more memory than a script is worth.
constexpr JsonLimits kLimits = {.values = 500'000};

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

MessageType type_of(const std::string& name, const Json& body) {
  if (name == "ready") return MessageType::Ready;
  if (name == "completed") return MessageType::Completed;
  // The same word names a script's own report, which waits for an answer: only that one carries a command.
  if (name == "exception" && body.find("command") == nullptr) return MessageType::Exception;
  if (name == "result") return MessageType::Results;
  if (name == "entryLog") return MessageType::EntryLog;
  if (name == "executeCommand" && body.text_or("command", "") == "heartbeat") return MessageType::Notice;
  for (const char* request :
       {"exception", "log", "getFileByEntryID", "demistoUrls", "demistoVersion", "dt", "setContext",
        "getAllModulesSupportedCmds", "getAllModules", "execute", "executeCommand"}) {
    if (name == request) return MessageType::Request;
  }
  return MessageType::Unknown;
}

}  // namespace

Result<Message> parse_message(std::string_view line) {
  std::string repaired;
  if (!is_ascii(line)) {
    repaired = to_valid_utf8(line);
    line = repaired;
  }
  auto body = parse_json(line, kLimits);
  if (!body && body.error().code() == Errc::InvalidInput) {
    const std::size_t last = line.rfind("{\"type\":");
    if (last != std::string_view::npos && last != 0) body = parse_json(line.substr(last), kLimits);
  }
  if (!body) return std::unexpected(std::move(body).error().in("read a message of the script"));
  const Json* type = body->find("type");
  if (type == nullptr || !type->is_string()) {
    return fail(Errc::InvalidInput, "read a message of the script: it is no object with a 'type'");
  }
  Message message;
  message.name = *type->as_string();
  message.type = type_of(message.name, *body);
  const Json* seq = body->find("seq");
  if (seq != nullptr && seq->is_int()) message.seq = *seq->as_int();
  message.body = *std::move(body);
  return message;
}

std::string answer_line(std::int64_t seq, const Json& result) {
  return fmt::format("{{\"seq\": {}, \"result\": {}}}\n", seq, print_json(result));
}

std::string error_line(std::int64_t seq, std::string_view text) {
  return fmt::format("{{\"seq\": {}, \"error\": {}}}\n", seq, print_json(Json(text)));
}

}  // namespace berth::wire
