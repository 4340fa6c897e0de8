// Descriptors that one process hands to another over a Unix socket.
#pragma once

#include <span>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};

// A pair of sockets that keep messages apart (SOCK_SEQPACKET), close-on-exec.
Result<SocketPair> make_socket_pair();

// Sends up to four descriptors in one message. Errors: those of sendmsg(2).
Result<void> send_descriptors(int socket, std::span<const int> descriptors);

// Waits for one message and takes its descriptors, close-on-exec. Errors: Unavailable when the other end was closed
// before there was one; Corrupt when there was more in it than descriptors.
Result<std::vector<UniqueFd>> receive_descriptors(int socket);

}  // namespace berth::sys
