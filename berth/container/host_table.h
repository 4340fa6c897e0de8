// Berth's own table of packet filter rules on this machine: there as long as a container needs it.
#pragma once

#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/network_rules.h"
#include "berth/sys/netlink.h"

namespace berth::container {

// A share in the table. It is a lock on a file, which processes that inherit the descriptor hold as well, so that the
// table is still needed when one of them lives on.
class HostTableShare {
 public:
  // Not taken yet. `leases` is the folder of the lock; there is one for each network namespace that Berth is started
  // in.
  static Result<HostTableShare> open(const std::filesystem::path& leases);

  // Makes the table where it is not there.
  Result<void> take(const sys::nft::Table& table) const;

  int lock() const { return lock_.get(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  HostTableShare(UniqueFd lock, std::filesystem::path path) : lock_(std::move(lock)), path_(std::move(path)) {}

  UniqueFd lock_;
  std::filesystem::path path_;
};

// Removes the table when nobody has a share in it: true when it is gone. `lock` is HostTableShare::path(). The kernel
// may hold the caller up for some 20 ms.
Result<bool> remove_unused_host_table(const std::filesystem::path& lock);

// The path of the lock for the network namespace that this process is in.
Result<std::filesystem::path> host_table_lock(const std::filesystem::path& leases);

}  // namespace berth::container
