// What the daemon says to a worker that stays: one message each, over a socket of their own (SOCK_SEQPACKET).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/http/call_body.h"

namespace berth::http {

constexpr auto kNobody = static_cast<uid_t>(-1);  // the id that no user has: no order for it is taken

// To carry out a call and answer it on its client's connection.
struct CallOrder {
  std::string id;
  Verb verb = Verb::Run;
  bool in_lines = false;     // the answer comes as events
  bool keep_alive = false;   // the connection is used again afterwards
  uid_t user = kNobody;      // who the client is
  std::size_t zygotes = 0;   // how many this worker may have from now on
  std::int64_t read_ns = 0;  // when the daemon had read the request, CLOCK_MONOTONIC
  std::string body;
  UniqueFd client;
  std::vector<UniqueFd> descriptors;  // that came with the request
  bool begins_zygotes = true;         // or it makes do with those that there are
};

// To end the call `id`, if it still runs.
struct StopOrder {
  std::string id;
};

// To give back zygotes, by their keys.
struct DropOrder {
  std::vector<std::string> keys;
};

// To make ready what the operator wants warm (app/warm_up.h), before anybody calls it.
struct WarmOrder {
  std::string wish;
  std::size_t zygotes = 0;
};

using Order = std::variant<CallOrder, StopOrder, DropOrder, WarmOrder>;

// Never blocks. Errors: the kernel's: the worker is gone, or cannot be given this.
// The socket's room is for one call and a few words: no more is said to a worker before it has answered.
// `client` is the connection, which stays the sender's; that of `order` is for the receiver.
Result<void> send_order(int socket, const CallOrder& order, int client);
Result<void> send_order(int socket, const StopOrder& order);
Result<void> send_order(int socket, const DropOrder& order);
Result<void> send_order(int socket, const WarmOrder& order);

// The next one; waits for it. Nothing when the daemon has let go of this worker. Errors: Corrupt for what is no order.
Result<std::optional<Order>> receive_order(int socket);

}  // namespace berth::http
