#include "berth/container/lease.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::container {

Result<std::uint32_t> Lease::slots_in(IdPool pool) {
  const std::uint32_t slots = pool.ids.count / pool.per_container;
  if (slots == 0) {
    return fail(Errc::Unavailable, fmt::format("lease host ids: the range of {} ids granted to berth in /etc/subuid is "
                                               "too small; each container takes {}",
                                               pool.ids.count, pool.per_container));
  }
  return slots;
}

Result<Lease::Try> Lease::try_lock(const RuntimeFolder& folder, std::uint32_t slot) {
  const std::string path = folder.leases() / std::to_string(slot);
  Try attempt;
  BERTH_TRY(int fd,
            sys::call([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); }, "open lease {}", path));
  attempt.file.reset(fd);
  attempt.locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  const std::string next = folder.leases() / std::to_string(slot + 1);
  attempt.is_last = ::access(next.c_str(), F_OK) != 0;
  if (attempt.locked) {
    BERTH_TRY(std::string owner, sys::read_file(attempt.file, 4096, path));
    if (is_container_id(owner)) attempt.left_by = std::move(owner);
  }
  return attempt;
}

Result<void> Lease::forget(const UniqueFd& file) {
  return sys::check([&] { return ::ftruncate(file.get(), 0); }, "empty the lease");
}

Result<void> Lease::write_owner(const std::string& id) {
  BERTH_CHECK_OK(forget(lock_));
  return sys::check([&] { return ::pwrite(lock_.get(), id.data(), id.size(), 0); }, "write the lease of {}", id);
}

std::unexpected<Error> Lease::none_free(std::uint32_t slots) {
  return fail(Errc::Exhausted,
              fmt::format("lease host ids: all {} ranges granted to berth in /etc/subuid are in use by "
                          "live containers; wait for one to end, or grant a larger range",
                          slots));
}

Result<IdPool> granted_ids() {
  const auto text = sys::read_file("/etc/subuid", 1 << 20);
  const auto ranges = text ? sys::subordinate_ranges(*text, "berth") : std::vector<sys::IdRange>();
  if (ranges.empty()) {
    return fail(Errc::Unavailable,
                "find host ids for containers: /etc/subuid grants none to berth; run './setup', or add a line such as "
                "'berth:1073741824:16777216' there");
  }
  if (ranges.front().first < kIdsPerContainer) {
    return fail(Errc::InvalidInput,
                fmt::format("find host ids for containers: /etc/subuid grants ids from {} to berth, which are those of "
                            "this machine's own users; grant a range that begins above {}",
                            ranges.front().first, kIdsPerContainer));
  }
  return IdPool{ranges.front()};
}

bool is_container_id(std::string_view text) {
  return text.size() == 26 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

}  // namespace berth::container
