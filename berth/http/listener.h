// The socket that the daemon listens at: its own, or one that systemd has made.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::http {

class Listener {
 public:
  // Takes the socket that was handed over (sys/service_manager), or else makes one at `path`, with mode 0660 and, for
  // root, of the group `berth` where there is one. A socket that was left there by a daemon that is dead is replaced.
  // Errors: AlreadyExists, with who it is, where another listens there; InvalidInput where something lies there that is
  // no socket, which is left alone; those of the kernel.
  static Result<Listener> open(const std::filesystem::path& path, std::optional<UniqueFd> handed_over);

  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&&) = delete;
  ~Listener() { close(); }

  int fd() const { return socket_.get(); }
  std::optional<gid_t> group() const { return group_; }  // whose members may connect, beside the owner

  // Nobody can connect any more; a socket of our own making is removed.
  void close();

 private:
  Listener() = default;

  UniqueFd socket_;
  UniqueFd lock_;               // held as long as the socket at `path_` is ours
  std::filesystem::path path_;  // empty for a socket that was handed over
  std::optional<gid_t> group_;
};

}  // namespace berth::http
