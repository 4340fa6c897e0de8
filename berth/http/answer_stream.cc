#include "berth/http/answer_stream.h"

#include <fmt/format.h>

#include "berth/app/answer_json.h"
#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/sys/unix_socket.h"
#include "berth/wire/http_response.h"

namespace berth::http {

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

void AnswerStream::event(std::string_view name, Json object) {
  if (!in_lines_) return;
  Json whole = Json::object();
  whole.set("event", name);
  for (auto& [key, value] : *object.as_object()) whole.set(key, std::move(value));
  begin();
  send(wire::print_chunk(print_json(whole) + "\n"));
}

void AnswerStream::finish(int status, std::string_view name, Json event_object, const Json& answer) {
  if (in_lines_) {
    event(name, std::move(event_object));
    send(wire::kLastChunk);
    return;
  }
  begin();
  send(wire::print_response(status,
                            {{"Content-Type", "application/json"}, {"Berth-Call", call_id_}, {"Connection", "close"}},
                            print_json(answer, NonFinite::Null) + "\n"));
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

void AnswerStream::tell(std::string_view item) {
  const std::string line = fmt::format("item {}\n", to_visible(item.substr(0, 200), false));
  std::ignore = sys::write_all(report_, line, "the pipe to the daemon");
}

void AnswerStream::begin() {
  if (begun_) return;
  begun_ = true;
  std::ignore = sys::write_all(report_, "answering\n", "the pipe to the daemon");
  if (!in_lines_) return;
  send(wire::print_chunked_head(
      200, {{"Content-Type", std::string(kLines)}, {"Berth-Call", call_id_}, {"Connection", "close"}}));
}

void AnswerStream::send(std::string_view bytes) {
  if (broken_) return;
  broken_ = !sys::send_all(socket_, bytes);
}

}  // namespace berth::http
