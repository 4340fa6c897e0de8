// Stream sockets of this machine, with descriptors that travel along and the kernel's word on who is there.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

// How many descriptors may travel with one message.
constexpr std::size_t kMostPassed = 64;

// Who made a connection, as the kernel saw it then (SO_PEERCRED). Ids are those of this process's user namespace; who
// has none in it is the overflow id.
struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

// Errors: NotFound where nothing lies at `path`; Unavailable where nobody listens there; Denied; InvalidInput for a
// path that no socket can have.
Result<UniqueFd> connect_to(const std::filesystem::path& path);

// Listens at `path`, which must not be there; the socket's file has `mode` from the first moment on.
Result<UniqueFd> listen_at(const std::filesystem::path& path, mode_t mode);

Result<Peer> peer_of(int socket);
// Whether the peer was in `group` then, by its first group or another (SO_PEERGROUPS).
bool peer_is_in_group(int socket, const Peer& peer, gid_t group);

// Sends the first of `bytes`, with all of `descriptors`, and says how many. `flags` are those of send(2).
Result<std::size_t> send_with(int socket, std::string_view bytes, std::span<const int> descriptors, int flags);

// Sends all of `bytes`. Errors: TimedOut when the other side takes nothing for as long as SO_SNDTIMEO says.
Result<void> send_all(int socket, std::string_view bytes);

struct Received {
  std::string bytes;                  // empty: the other side sends no more
  std::vector<UniqueFd> descriptors;  // close-on-exec
};

// What has come, at most 64 KiB. Errors: those of recvmsg(2), EAGAIN among them; Exhausted when more descriptors came
// than kMostPassed, or than this process may have open.
Result<Received> receive_from(int socket, int flags);

}  // namespace berth::sys
