// What goes back to the client of a call: one JSON object, or one a line as things come.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "berth/base/error.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/http/worker_board.h"
#include "berth/http/worker_order.h"
#include "berth/wire/http_response.h"

namespace berth::http {

// The status that an error is answered with.
int status_of(const Error& error);
// The body of such an answer.
std::string error_body(const Error& error, int exit_code);
// The end of an answer of events that fails after some of them, as bytes of the connection.
std::string last_error(const Error& error, int exit_code);

// The media type of the form with a line for each event, which the client asks for with its field Accept.
constexpr std::string_view kLines = "application/x-ndjson";
constexpr int kProtocolSchema = 1;

// Writes to a connection, blocking, from the one process that answers on it. What cannot be sent is not: the client has
// gone, and the call learns of that by its own way.
class AnswerStream {
 public:
  // The daemon sees on `board` how far the answer has come: whether it may still answer itself.
  AnswerStream(int socket, WorkerBoard& board, const CallOrder& order)
      : socket_(socket), board_(board), in_lines_(order.in_lines), keep_alive_(order.keep_alive), call_id_(order.id) {}

  // `act` is done before each wait for a client that does not take what there is.
  void before_waiting(std::function<void()> act) { before_waiting_ = std::move(act); }

  bool in_lines() const { return in_lines_; }
  // An object with the member `event` before its others. Does nothing where the client wants one object.
  void event(std::string_view name, Json object);
  // The last event; without lines `answer` alone, with `status`.
  void finish(int status, std::string_view name, Json event, const Json& answer);
  void refuse(const Error& error, int exit_code);

  // Says to the daemon what it is that runs.
  void tell(std::string_view item) { board_.tell_item(item); }

  // Whether the answer is out, and another request may come over the connection.
  bool keeps_connection() const { return keep_alive_ && finished_ && !broken_; }

 private:
  void begin();
  // So much is out as a whole.
  void reach(CallStage stage);
  void send(std::string_view bytes);
  void send_event(std::string_view name, Json object);
  wire::HttpFields fields(std::string_view type) const;

  int socket_;
  WorkerBoard& board_;
  bool in_lines_;
  bool keep_alive_;
  std::string call_id_;
  std::function<void()> before_waiting_;
  bool begun_ = false;
  bool finished_ = false;
  bool broken_ = false;
};

}  // namespace berth::http
