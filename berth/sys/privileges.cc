#include "berth/sys/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "berth/sys/syscall.h"

namespace berth::sys {

Result<void> become_user(uid_t uid, gid_t gid) {
  BERTH_CHECK_OK(check([&] { return ::setgroups(0, nullptr); }, "setgroups to none"));
  BERTH_CHECK_OK(check([&] { return ::setresgid(gid, gid, gid); }, "setresgid to {}", gid));
  return check([&] { return ::setresuid(uid, uid, uid); }, "setresuid to {}", uid);
}

namespace {

Result<void> narrow_bounding_set(std::span<const int> kept) {
  // The kernel says where its list ends: EINVAL for the first capability that it does not know.
  for (int capability = 0; capability < 64; ++capability) {
    if (std::ranges::find(kept, capability) != kept.end()) continue;
    auto dropped = check([&] { return ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); },
                         "drop capability {} from the bounding set", capability);
    if (!dropped && dropped.error().os_error() == EINVAL) break;
    if (!dropped) return dropped;
  }
  return {};
}

Result<void> set_capabilities(std::span<const int> kept, const char* doing) {
  BERTH_CHECK_OK(check([&] { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); },
                       "clear the ambient capabilities"));
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets = {};
  for (const int capability : kept) {
    auto& set = sets[static_cast<std::size_t>(capability) / 32];
    const std::uint32_t bit = 1u << (capability % 32);
    set.effective |= bit;
    set.permitted |= bit;
  }
  return check([&] { return ::syscall(SYS_capset, &header, sets.data()); }, "capset to {}", doing);
}

}  // namespace

Result<void> drop_bounding_set() { return narrow_bounding_set({}); }

Result<void> clear_capabilities() { return set_capabilities({}, "nothing"); }

Result<void> keep_capability(int capability) {
  return set_capabilities({&capability, 1}, fmt::format("capability {} alone", capability).c_str());
}

Result<void> limit_capabilities(std::span<const int> capabilities) {
  BERTH_CHECK_OK(narrow_bounding_set(capabilities));
  return set_capabilities(capabilities, "the capabilities of a zygote");
}

Result<void> forbid_new_privileges() {
  return check([] { return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }, "set no_new_privs");
}

}  // namespace berth::sys
