#include "berth/app/answer_json.h"

#include "berth/app/exit_codes.h"
#include "berth/app/mask.h"

namespace berth::app {
namespace {

double milliseconds(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

const char* name_of(engine::LogSource source) {
  switch (source) {
    case engine::LogSource::Script:
      return "script";
    case engine::LogSource::Output:
      return "stdout";
    case engine::LogSource::Error:
      return "stderr";
    case engine::LogSource::Server:
      return "server";
  }
  return "server";
}

Json outcome_json(const CallAnswer& answer) {
  const engine::Outcome& outcome = answer.outcome;
  Json json = Json::object();
  json.set("cause", engine::name_of(outcome.cause)).set("exit_code", answer.exit_code());
  json.set("explanation", outcome.explanation);
  if (!outcome.limit.empty()) json.set("limit", outcome.limit).set("raised_by", outcome.raised_by);
  if (outcome.signal) json.set("signal", *outcome.signal);
  if (outcome.status) json.set("status", *outcome.status);
  json.set("peak_memory_bytes", outcome.peak_memory_bytes ? Json(*outcome.peak_memory_bytes) : Json());
  json.set("cpu_ms", milliseconds(outcome.cpu_time)).set("wall_ms", milliseconds(outcome.wall_time));
  Json not_enforced = Json::array();
  for (const std::string& limit : answer.not_enforced) not_enforced.push_back(limit);
  json.set("not_enforced", std::move(not_enforced));
  json.set("oom_kills", outcome.oom_kills).set("refused_forks", outcome.refused_forks);
  json.set("output_bytes", answer.record.output_bytes).set("dropped_log_bytes", answer.record.dropped_log_bytes);
  json.set("late_messages", answer.record.late_messages).set("bad_messages", answer.record.bad_messages);
  return json;
}

Json network_json(const UsedNetwork& network) {
  Json json = Json::object();
  json.set("profile", network.profile).set("reason", network.reason);
  if (!network.end.way.empty()) json.set("way", network.end.way);
  Json refused = Json::array();
  for (const container::Refusal& one : network.end.refusals) {
    Json refusal = Json::object();
    refusal.set("address", net::to_text(one.address)).set("port", one.port).set("protocol", one.protocol);
    refused.push_back(refusal.set("packets", one.count));
  }
  json.set("refused", std::move(refused));
  Json names = Json::array();
  for (const net::NameEvent& event : network.end.names) names.push_back(net::to_text(event));
  return json.set("names", std::move(names));
}

Json log_json(const CallAnswer& answer) {
  Json log = Json::array();
  for (const engine::LogLine& line : answer.record.log) {
    log.push_back(log_line_json({line.source, line.level, mask(line.text, answer.secrets)}));
  }
  return log;
}

// The members that every answer has.
void add_call(Json& json, const CallAnswer& answer, std::int64_t begun_ns, bool with_trace) {
  json.set("id", answer.id).set("item", answer.item);
  if (!answer.command.empty()) json.set("command", answer.command);
  if (!answer.instance.empty()) json.set("instance", answer.instance);
  if (!answer.engine.empty()) json.set("engine", answer.engine);
  if (!answer.image.used.empty()) {  // the server's own commands have none
    Json image = Json::object();
    image.set("wanted", answer.image.wanted).set("used", answer.image.used).set("digest", answer.image.digest);
    json.set("image", image.set("reason", answer.image.reason));
    json.set("network", network_json(answer.network));
  }
  json.set("outcome", outcome_json(answer));
  Json entries = Json::array();
  for (const Json& entry : answer.record.entries) entries.push_back(mask_json(entry, answer.secrets));
  json.set("entries", std::move(entries));
  Json exception = Json::array();
  for (const std::string& line : answer.record.exception) exception.push_back(mask(line, answer.secrets));
  json.set("exception", std::move(exception));
  json.set("log", log_json(answer));
  Json warnings = Json::array();
  for (const std::string& warning : answer.warnings) warnings.push_back(warning);
  json.set("warnings", std::move(warnings));
  Json notes = Json::array();
  for (const std::string& note : answer.notes) notes.push_back(note);
  json.set("notes", std::move(notes));
  if (answer.kept) json.set("kept", true);
  if (answer.is_warm) json.set("warm", true);
  if (answer.is_shared) json.set("shared", true);
  if (!answer.not_warm.empty()) json.set("not_warm", answer.not_warm);
  if (with_trace) json.set("trace", trace_json(answer, begun_ns));
}

}  // namespace

Json log_line_json(const engine::LogLine& line) {
  Json json = Json::object();
  json.set("source", name_of(line.source));
  if (!line.level.empty()) json.set("level", line.level);
  return json.set("text", line.text);
}

int exit_code_of_all(const std::vector<CommandAnswer>& answers) {
  for (const CommandAnswer& answer : answers) {
    const int code = answer.call ? answer.call->exit_code()
                                 : (answer.call.error().is_start ? engine::exit_code_of(engine::Cause::FailedToStart)
                                                                 : input_exit_code(answer.call.error().error));
    if (code != 0) return code;
  }
  return 0;
}

Json trace_json(const CallAnswer& answer, std::int64_t begun_ns) {
  Json trace = Json::array();
  const auto add = [&](std::string_view name, std::int64_t at_ns) {
    if (at_ns == 0) return;
    Json one = Json::object();
    one.set("name", name).set("at_ms", static_cast<double>(at_ns - begun_ns) / 1e6);
    trace.push_back(std::move(one));
  };
  for (const container::Moment& moment : answer.moments) add(moment.name, moment.at_ns);
  return trace;
}

Json answer_json(const CallAnswer& answer, const Json& context, std::int64_t begun_ns, bool with_trace) {
  Json json = Json::object();
  json.set("schema", kAnswerSchema);
  add_call(json, answer, begun_ns, with_trace);
  return json.set("context", mask_json(context, answer.secrets));
}

Json answers_json(const std::vector<CommandAnswer>& answers, const std::string& investigation, const Json& context,
                  std::int64_t begun_ns, bool with_trace) {
  Json list = Json::array();
  Json entries = Json::array();
  std::vector<std::string> secrets;
  for (const CommandAnswer& answer : answers) {
    Json one = Json::object();
    one.set("brand", answer.brand).set("instance", answer.instance);
    if (answer.call) {
      add_call(one, *answer.call, begun_ns, with_trace);
      for (const Json& entry : *one.find("entries")->as_array()) entries.push_back(entry);
      secrets.insert(secrets.end(), answer.call->secrets.begin(), answer.call->secrets.end());
    } else {
      one.set("error", Json::object().set("message", answer.call.error().error.message()));
    }
    list.push_back(std::move(one));
  }
  Json json = Json::object();
  json.set("schema", kAnswerSchema).set("investigation", investigation).set("answers", std::move(list));
  return json.set("entries", std::move(entries)).set("context", mask_json(context, secrets));
}

Json view_json(const CallAnswer& answer) {
  Json json = Json::object();
  json.set("code_origin", answer.code_origin);
  if (answer.code_first_line) json.set("code_first_line", std::uint64_t{*answer.code_first_line});
  Json moments = Json::array();
  for (const container::Moment& moment : answer.moments) {
    moments.push_back(Json::object().set("name", moment.name).set("at_ns", moment.at_ns));
  }
  Json names = Json::array();
  for (const net::NameEvent& event : answer.network.end.names) {
    Json one = Json::object();
    one.set("kind", static_cast<int>(event.kind)).set("name", event.name).set("count", std::int64_t{event.count});
    if (event.address) one.set("address", net::to_text(*event.address));
    names.push_back(std::move(one));
  }
  return json.set("moments", std::move(moments)).set("names", std::move(names));
}

Json error_json(const Error& error, int exit_code) {
  Json json = Json::object();
  json.set("schema", kAnswerSchema);
  return json.set("error", Json::object().set("message", error.message()).set("exit_code", exit_code));
}

}  // namespace berth::app
