// Speaks to the daemon (docs/serve.md).
#pragma once

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

// One connection, for one request after another; after an error, or a call that was told to end, it is of no use any
// more. For one thread. An answer comes whole or is an error: whoever asked has one outcome.
class Daemon {
 public:
  // Errors: NotFound and Unavailable where no daemon listens; Denied.
  static Result<Daemon> connect(const std::filesystem::path& socket);

  // Asks and waits for the answer. Errors: Unavailable when the connection ends before it; TimedOut after ten seconds
  // without a byte; Corrupt.
  Result<Reply> ask(const Request& request);

  // Asks for a call; `on_event` is given each event as it comes, but for the last. Once `interrupt` is readable the
  // call is told to end, and its answer is still waited for, for half a minute. Errors: as `ask`, but that a call may
  // take as long as it does.
  Result<CallEnd> call(const Request& request, int interrupt, const std::function<void(const Json&)>& on_event);

 private:
  explicit Daemon(UniqueFd socket) : socket_(std::move(socket)) {}
  Result<void> send(const Request& request, std::string_view accept);

  UniqueFd socket_;
};

}  // namespace berth::client
