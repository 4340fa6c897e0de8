#include "berth/app/answer_reading.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace berth::app {
namespace {

std::unexpected<Error> wrong(std::string_view key) {
  return fail(Errc::Corrupt, fmt::format("read an answer: its member '{}' is not what belongs there", key));
}

Result<std::string> text_in(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string()) return wrong(key);
  return *value->as_string();
}

template <class T>
Result<T> number_in(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  if (value == nullptr || value->is_null()) return T{};
  if (!value->is_int()) return wrong(key);
  return static_cast<T>(*value->as_int());
}

Result<std::chrono::nanoseconds> milliseconds_in(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  if (value == nullptr) return std::chrono::nanoseconds{};
  if (!value->is_number()) return wrong(key);
  const std::string text = print_json(*value);
  double milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error != std::errc() || !(std::abs(milliseconds) < 1e12)) return wrong(key);
  return std::chrono::nanoseconds(std::llround(milliseconds * 1e6));
}

// Of a list of objects, `read` for each.
template <class Read>
Result<void> each_in(const Json& json, std::string_view key, Read read) {
  const Json* list = json.find(key);
  if (list == nullptr || list->is_null()) return {};
  if (!list->is_array()) return wrong(key);
  for (const Json& one : *list->as_array()) BERTH_CHECK_OK(read(one));
  return {};
}

Result<std::vector<std::string>> texts_in(const Json& json, std::string_view key) {
  std::vector<std::string> texts;
  BERTH_CHECK_OK(each_in(json, key, [&](const Json& one) -> Result<void> {
    if (!one.is_string()) return wrong(key);
    texts.push_back(*one.as_string());
    return {};
  }));
  return texts;
}

Result<engine::Outcome> read_outcome(const Json& json) {
  engine::Outcome outcome;
  const auto cause = engine::cause_named(json.text_or("cause", ""));
  if (!cause) return wrong("cause");
  outcome.cause = *cause;
  BERTH_TRY(outcome.explanation, text_in(json, "explanation"));
  BERTH_TRY(outcome.limit, text_in(json, "limit"));
  BERTH_TRY(outcome.raised_by, text_in(json, "raised_by"));
  if (json.find("signal") != nullptr) {
    BERTH_TRY(outcome.signal, number_in<int>(json, "signal"));
  }
  if (json.find("status") != nullptr) {
    BERTH_TRY(outcome.status, number_in<int>(json, "status"));
  }
  if (const Json* peak = json.find("peak_memory_bytes"); peak != nullptr && !peak->is_null()) {
    BERTH_TRY(outcome.peak_memory_bytes, number_in<std::uint64_t>(json, "peak_memory_bytes"));
  }
  BERTH_TRY(outcome.cpu_time, milliseconds_in(json, "cpu_ms"));
  BERTH_TRY(outcome.wall_time, milliseconds_in(json, "wall_ms"));
  BERTH_TRY(outcome.oom_kills, number_in<std::uint64_t>(json, "oom_kills"));
  BERTH_TRY(outcome.refused_forks, number_in<std::uint64_t>(json, "refused_forks"));
  return outcome;
}

engine::LogSource source_named(std::string_view name) {
  if (name == "script") return engine::LogSource::Script;
  if (name == "stdout") return engine::LogSource::Output;
  if (name == "stderr") return engine::LogSource::Error;
  return engine::LogSource::Server;
}

Result<engine::CallRecord> read_record(const Json& answer, const Json& outcome) {
  engine::CallRecord record;
  BERTH_CHECK_OK(each_in(answer, "entries", [&](const Json& entry) -> Result<void> {
    record.entries.push_back(entry);
    return {};
  }));
  BERTH_TRY(record.exception, texts_in(answer, "exception"));
  BERTH_CHECK_OK(each_in(answer, "log", [&](const Json& line) -> Result<void> {
    record.log.push_back(
        {source_named(line.text_or("source", "")), line.text_or("level", ""), line.text_or("text", "")});
    return {};
  }));
  BERTH_TRY(record.output_bytes, number_in<std::uint64_t>(outcome, "output_bytes"));
  BERTH_TRY(record.dropped_log_bytes, number_in<std::uint64_t>(outcome, "dropped_log_bytes"));
  BERTH_TRY(record.late_messages, number_in<std::uint64_t>(outcome, "late_messages"));
  BERTH_TRY(record.bad_messages, number_in<std::uint64_t>(outcome, "bad_messages"));
  return record;
}

Result<net::NameEvent> read_name(const Json& json) {
  net::NameEvent event;
  BERTH_TRY(const int kind, number_in<int>(json, "kind"));
  const auto last = static_cast<int>(net::NameEventKind::Others);
  event.kind = kind >= 1 && kind <= last ? static_cast<net::NameEventKind>(kind) : net::NameEventKind::Others;
  BERTH_TRY(event.name, text_in(json, "name"));
  BERTH_TRY(event.count, number_in<std::uint32_t>(json, "count"));
  if (json.find("address") != nullptr) {
    BERTH_TRY(event.address, net::parse_address(json.text_or("address", "")));
  }
  return event;
}

Result<container::Refusal> read_refusal(const Json& json) {
  container::Refusal refusal;
  BERTH_TRY(refusal.address, net::parse_address(json.text_or("address", "")));
  BERTH_TRY(refusal.protocol, text_in(json, "protocol"));
  BERTH_TRY(refusal.port, number_in<std::uint16_t>(json, "port"));
  BERTH_TRY(refusal.count, number_in<std::uint64_t>(json, "packets"));
  return refusal;
}

Result<UsedNetwork> read_network(const Json& network, const Json& view) {
  UsedNetwork used;
  BERTH_TRY(used.profile, text_in(network, "profile"));
  BERTH_TRY(used.reason, text_in(network, "reason"));
  BERTH_TRY(used.end.way, text_in(network, "way"));
  BERTH_CHECK_OK(each_in(network, "refused", [&](const Json& one) -> Result<void> {
    BERTH_TRY(container::Refusal refusal, read_refusal(one));
    used.end.refusals.push_back(std::move(refusal));
    return {};
  }));
  BERTH_CHECK_OK(each_in(view, "names", [&](const Json& one) -> Result<void> {
    BERTH_TRY(net::NameEvent event, read_name(one));
    used.end.names.push_back(std::move(event));
    return {};
  }));
  return used;
}

}  // namespace

Result<CallAnswer> read_answer(const Json& json, const Json& view) {
  const Json none;
  const auto part = [&](std::string_view key) -> const Json& {
    const Json* found = json.find(key);
    return found != nullptr ? *found : none;
  };
  CallAnswer answer;
  BERTH_TRY(answer.id, text_in(json, "id"));
  BERTH_TRY(answer.item, text_in(json, "item"));
  BERTH_TRY(answer.command, text_in(json, "command"));
  BERTH_TRY(answer.instance, text_in(json, "instance"));
  const Json& image = part("image");
  answer.image = {image.text_or("wanted", ""), image.text_or("used", ""), image.text_or("digest", ""),
                  image.text_or("reason", "")};
  BERTH_TRY(answer.network, read_network(part("network"), view));
  BERTH_TRY(answer.outcome, read_outcome(part("outcome")));
  BERTH_TRY(answer.record, read_record(json, part("outcome")));
  BERTH_TRY(answer.not_enforced, texts_in(part("outcome"), "not_enforced"));
  BERTH_TRY(answer.warnings, texts_in(json, "warnings"));
  BERTH_TRY(answer.notes, texts_in(json, "notes"));
  const auto is_true = [&](std::string_view key) {
    const Json* value = json.find(key);
    return value != nullptr && value->is_bool() && *value->as_bool();
  };
  answer.is_warm = is_true("warm");
  answer.is_shared = is_true("shared");
  BERTH_TRY(answer.not_warm, text_in(json, "not_warm"));
  BERTH_TRY(answer.code_origin, text_in(view, "code_origin"));
  if (view.find("code_first_line") != nullptr) {
    BERTH_TRY(answer.code_first_line, number_in<std::size_t>(view, "code_first_line"));
  }
  BERTH_CHECK_OK(each_in(view, "moments", [&](const Json& one) -> Result<void> {
    BERTH_TRY(const auto at_ns, number_in<std::int64_t>(one, "at_ns"));
    answer.moments.push_back({one.text_or("name", ""), at_ns});
    return {};
  }));
  return answer;
}

}  // namespace berth::app
