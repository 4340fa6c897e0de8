// Speaks to the daemon (docs/serve.md).
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::client {

struct Request {
  std::string method = "GET";
  std::string target;
  std::string body;
  std::vector<int> descriptors;  // at most sys::kMostPassed; they travel with the request
  std::string affinity;          // of a call: what wire::affinity_text() makes of it
};

struct Reply {
  int status = 0;
  std::string body;
};

// How a call ended: with the last of its events, or with an answer that is none of a call.
struct CallEnd {
  Json last;    // the event `answer` or `error`
  Reply reply;  // where the daemon refused it: `last` is null then
};

// What a call has to do with whoever waits for its end.
struct CallWatch {
  // Readable once the call is to end, and again for the second time: a signalfd, from which is read what has come.
  int interrupt = -1;
  std::function<void(const Json& event)> on_event;  // each as it comes, but for the last
  std::function<void()> on_second;                  // about each second meanwhile; may be empty
  std::function<void()> on_told;                    // the call has just been told to end; may be empty
};

constexpr std::chrono::seconds kEndTime{10};  // that a call has which was told to end

// One connection, for one request after another; after an error, or a call that was told to end, it is of no use any
// more. For one thread. An answer comes whole or is an error: whoever asked has one outcome.
class Daemon {
 public:
  // Errors: NotFound and Unavailable where no daemon listens; Denied.
  static Result<Daemon> connect(const std::filesystem::path& socket);

  // Asks and waits for the answer. Errors: Unavailable when the connection ends before it; TimedOut after ten seconds
  // without a byte; Corrupt.
  Result<Reply> ask(const Request& request);

  // Asks for a call. Once `watch.interrupt` is readable the call is told to end, and its answer is still waited for,
  // for kEndTime, or until it is readable again. Errors: as `ask`, but that a call may take as long as it does;
  // TimedOut where it was waited for in vain.
  Result<CallEnd> call(const Request& request, const CallWatch& watch);

 private:
  explicit Daemon(UniqueFd socket) : socket_(std::move(socket)) {}
  Result<void> send(const Request& request, std::string_view accept);

  UniqueFd socket_;
};

}  // namespace berth::client
