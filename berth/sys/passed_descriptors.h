// Descriptors that one process hands to another over a Unix socket.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
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

struct PassedMessage {
  std::size_t bytes = 0;              // 0: the other end was closed
  std::vector<UniqueFd> descriptors;  // close-on-exec
  bool is_whole = true;               // false: there was more in it, of bytes or of descriptors, which is lost
};

enum class WhenFull { Wait, Refuse };  // whether one waits for the other end to take what was sent before

// Sends `bytes` as one message, with descriptors beside it. Errors: those of sendmsg(2), with what was being done;
// EAGAIN for WhenFull::Refuse.
Result<void> send_message(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors,
                          WhenFull when_full, std::string_view doing);

// Waits for one message and takes it, up to the size of `into` and `most_descriptors`. Errors: those of recvmsg(2).
Result<PassedMessage> receive_message(int socket, std::span<std::byte> into, std::size_t most_descriptors,
                                      std::string_view doing);

// Sends up to four descriptors in one message. Errors: those of sendmsg(2).
Result<void> send_descriptors(int socket, std::span<const int> descriptors);

// Waits for one message and takes its descriptors, close-on-exec. Errors: Unavailable when the other end was closed
// before there was one; Corrupt when there was more in it than descriptors.
Result<std::vector<UniqueFd>> receive_descriptors(int socket);

}  // namespace berth::sys
