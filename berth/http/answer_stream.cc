#include "berth/http/answer_stream.h"

#include <sys/socket.h>

#include "berth/app/answer_json.h"
#include "berth/sys/unix_socket.h"

namespace berth::http {
namespace {

std::string event_bytes(std::string_view name, Json object) {
  Json whole = Json::object();
  whole.set("event", name);
  for (auto& [key, value] : *object.as_object()) whole.set(key, std::move(value));
  return wire::print_chunk(print_json(whole) + "\n");
}

}  // namespace

int status_of(const Error& error) {
  switch (error.code()) {
    case Errc::InvalidInput:
    case Errc::AlreadyExists:
      return 400;
    case Errc::NotFound:
      return 404;
    case Errc::Conflict:
      return 409;
    case Errc::Denied:
      return 403;
    case Errc::Exhausted:
      return 413;
    case Errc::Unavailable:
    case Errc::TimedOut:
      return 503;
    case Errc::Corrupt:
    case Errc::Internal:
      return 500;
  }
  return 500;
}

std::string error_body(const Error& error, int exit_code) {
  return print_json(app::error_json(error, exit_code), NonFinite::Null) + "\n";
}

std::string last_error(const Error& error, int exit_code) {
  return event_bytes("error", *app::error_json(error, exit_code).find("error")) + std::string(wire::kLastChunk);
}

void AnswerStream::event(std::string_view name, Json object) {
  if (!in_lines_) return;
  send_event(name, std::move(object));
  reach(CallStage::Answering);
}

void AnswerStream::send_event(std::string_view name, Json object) {
  begin();
  send(event_bytes(name, std::move(object)));
}

void AnswerStream::finish(int status, std::string_view name, Json event_object, const Json& answer) {
  if (in_lines_) {
    send_event(name, std::move(event_object));
    send(wire::kLastChunk);
  } else {
    begin();
    send(wire::print_response(status, fields("application/json"), print_json(answer, NonFinite::Null) + "\n"));
  }
  finished_ = true;
  reach(CallStage::Answered);
}

void AnswerStream::refuse(const Error& error, int exit_code) {
  const Json json = app::error_json(error, exit_code);
  if (in_lines_ && begun_) {
    finish(200, "error", *json.find("error"), json);
    return;
  }
  in_lines_ = false;
  finish(status_of(error), "error", Json::object(), json);
}

void AnswerStream::begin() {
  board_.reach(CallStage::Writing);
  if (begun_) return;
  begun_ = true;
  if (in_lines_) send(wire::print_chunked_head(200, fields(kLines)));
}

void AnswerStream::reach(CallStage stage) {
  if (!broken_) board_.reach(stage);
}

wire::HttpFields AnswerStream::fields(std::string_view type) const {
  wire::HttpFields fields = {{"Content-Type", std::string(type)}, {"Berth-Call", call_id_}};
  if (!keep_alive_) fields.emplace_back("Connection", "close");
  return fields;
}

void AnswerStream::send(std::string_view bytes) {
  if (broken_) return;
  if (before_waiting_) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (bytes.empty()) return;
    before_waiting_();
  }
  broken_ = !sys::send_all(socket_, bytes);
}

}  // namespace berth::http
