#include "berth/sys/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "berth/sys/syscall.h"

namespace berth::sys {

Result<void> become_user(uid_t uid, gid_t gid) {
  BERTH_CHECK_OK(check([&] { return ::setgroups(0, nullptr); }, "setgroups to none"));
  BERTH_CHECK_OK(check([&] { return ::setresgid(gid, gid, gid); }, "setresgid to {}", gid));
  return check([&] { return ::setresuid(uid, uid, uid); }, "setresuid to {}", uid);
}

Result<void> drop_bounding_set() {
  // The kernel says where its list ends: EINVAL for the first capability that it does not know.
  for (int capability = 0; capability < 64; ++capability) {
    auto dropped = check([&] { return ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); },
                         "drop capability {} from the bounding set", capability);
    if (!dropped && dropped.error().os_error() == EINVAL) break;
    if (!dropped) return dropped;
  }
  return {};
}

Result<void> clear_capabilities() {
  BERTH_CHECK_OK(check([] { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); },
                       "clear the ambient capabilities"));
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> none = {};
  return check([&] { return ::syscall(SYS_capset, &header, none.data()); }, "capset to nothing");
}

Result<void> keep_capability(int capability) {
  BERTH_CHECK_OK(check([] { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); },
                       "clear the ambient capabilities"));
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> kept = {};
  const std::uint32_t bit = 1u << (capability % 32);
  kept[static_cast<std::size_t>(capability) / 32] = {.effective = bit, .permitted = bit, .inheritable = 0};
  return check([&] { return ::syscall(SYS_capset, &header, kept.data()); }, "capset to capability {} alone",
               capability);
}

Result<void> forbid_new_privileges() {
  return check([] { return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }, "set no_new_privs");
}

}  // namespace berth::sys
