#include "berth/container/host_table.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

Result<UniqueFd> open_lock(const std::filesystem::path& path) {
  BERTH_TRY(int fd, sys::call([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); }, "open '{}'",
                              path.native()));
  return UniqueFd(fd);
}

// A chain without rules whose name stands for the table's text: another version of the program, or other subnets, find
// that it is not theirs.
std::string mark_of(const sys::nft::Table& table) {
  std::uint64_t hash = 14695981039346656037ull;  // FNV-1a: nobody gains by a collision
  for (const char byte : sys::nft::to_text(table)) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ull;
  return fmt::format("made-from-{:016x}", hash);
}

}  // namespace

Result<std::filesystem::path> host_table_lock(const std::filesystem::path& leases) {
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::stat("/proc/self/ns/net", &status); }, "stat /proc/self/ns/net"));
  return leases / fmt::format("network-{}", status.st_ino);
}

Result<HostTableShare> HostTableShare::open(const std::filesystem::path& leases) {
  BERTH_TRY(std::filesystem::path path, host_table_lock(leases));
  BERTH_TRY(UniqueFd lock, open_lock(path));
  return HostTableShare(std::move(lock), std::move(path));
}

Result<void> HostTableShare::take(const sys::nft::Table& table) const {
  const std::string mark = mark_of(table);
  // While it is held nobody removes the table. Several may make it at the same time; one does.
  BERTH_CHECK_OK(sys::check([&] { return ::flock(lock_.get(), LOCK_SH); }, "lock '{}'", path_.native()));
  BERTH_TRY(auto socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  BERTH_TRY(const bool is_there, sys::nft::has_chain(socket, table.name, mark));
  if (is_there) return {};
  sys::nft::Table marked = table;
  marked.chains.push_back({mark, std::nullopt});
  auto put = sys::nft::put_table(socket, marked);
  if (put || put.error().code() != Errc::AlreadyExists) return put;
  BERTH_TRY(const bool is_there_now, sys::nft::has_chain(socket, table.name, mark));
  if (is_there_now) return {};
  // Of another version of this program, or with other subnets.
  return sys::nft::replace_table(socket, marked);
}

Result<bool> remove_unused_host_table(const std::filesystem::path& path) {
  BERTH_TRY(UniqueFd lock, open_lock(path));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return false;
  BERTH_TRY(auto socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  BERTH_CHECK_OK(sys::nft::remove_table(socket, kTableName));
  // Free before the socket closes, which takes its time.
  lock.reset();
  return true;
}

}  // namespace berth::container
