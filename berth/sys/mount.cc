#include "berth/sys/mount.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

// sys/mount.h and linux/mount.h cannot be included together with this libc.
extern "C" int umount2(const char* target, int flags) noexcept;

namespace berth::sys {
namespace {

constexpr int kDetach = 2;           // MNT_DETACH
constexpr int kDoNotFollow = 8;      // UMOUNT_NOFOLLOW
constexpr __u64 kPrivate = 1 << 18;  // MS_PRIVATE
constexpr int kRecursive = 0x8000;   // AT_RECURSIVE

// What the file system itself says about a refused option, after " (".
std::string explanation(int context) {
  std::string text(512, '\0');
  const auto got = ::read(context, text.data(), text.size());
  if (got <= 2) return "";
  text.resize(static_cast<std::size_t>(got));
  return fmt::format(" ({})", text.substr(2, text.find('\n') - 2));
}

}  // namespace

Result<UniqueFd> make_mount(std::string_view type, const MountOptions& options, MountAttributes attributes) {
  const std::string name(type);
  BERTH_TRY(int opened, call([&] { return ::syscall(SYS_fsopen, name.c_str(), FSOPEN_CLOEXEC); }, "fsopen {}", name));
  const UniqueFd context(opened);
  for (const auto& [key, value] : options) {
    const unsigned kind = value.empty() ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    const auto set = [&] {
      return ::syscall(SYS_fsconfig, context.get(), kind, key.c_str(), value.empty() ? nullptr : value.c_str(), 0);
    };
    auto done = check(set, "set option {}='{}' of a new {}", key, value, name);
    if (!done) return std::unexpected(std::move(done).error().in("make a mount" + explanation(context.get())));
  }
  const auto create = [&] { return ::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0); };
  if (auto done = check(create, "create a {}", name); !done) {
    return std::unexpected(std::move(done).error().in("make a mount" + explanation(context.get())));
  }
  BERTH_TRY(int mount, call([&] { return ::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, attributes); },
                            "fsmount a {} with attributes {:#x}", name, attributes));
  return UniqueFd(mount);
}

Result<UniqueFd> copy_mount(int at, const std::string& path) {
  constexpr unsigned kFlags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW;
  const auto open = [&] { return ::syscall(SYS_open_tree, at, path.c_str(), kFlags); };
  BERTH_TRY(int fd, call(open, "open_tree a copy of '{}'", path));
  return UniqueFd(fd);
}

Result<void> set_mount_attributes(int mount, MountAttributes attributes, int user_namespace) {
  mount_attr attr = {};
  attr.attr_set = attributes;
  if (user_namespace >= 0) {
    attr.attr_set |= MOUNT_ATTR_IDMAP;
    attr.userns_fd = static_cast<__u64>(user_namespace);
  }
  const auto set = [&] {
    return ::syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | kRecursive, &attr, sizeof(attr));
  };
  return check(set, "mount_setattr {:#x}{}", attributes, user_namespace >= 0 ? " with an id mapping" : "");
}

namespace {

// The place is resolved first, with no link allowed, and then used by descriptor. "." and "/" need no such care.
Result<void> attach(int mount, int at, const std::string& path, int flags) {
  BERTH_TRY(UniqueFd place, open_without_links(at, path, O_PATH | flags, "the new root"));
  const auto move = [&] {
    return ::syscall(SYS_move_mount, mount, "", place.get(), "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
  };
  return check(move, "move_mount to '{}'", path);
}

}  // namespace

Result<void> attach_mount(int mount, int at, const std::string& path) { return attach(mount, at, path, 0); }

// With O_NOFOLLOW a link as the last component is opened as itself (openat2(2), RESOLVE_NO_SYMLINKS).
Result<void> attach_file(int mount, int at, const std::string& path) { return attach(mount, at, path, O_NOFOLLOW); }

Result<void> make_mounts_private() {
  mount_attr attr = {};
  attr.propagation = kPrivate;
  const auto set = [&] { return ::syscall(SYS_mount_setattr, AT_FDCWD, "/", kRecursive, &attr, sizeof(attr)); };
  return check(set, "mount_setattr / and all below to private");
}

bool is_mounted(const std::string& path, std::int64_t magic) {
  struct statfs status = {};
  return ::statfs(path.c_str(), &status) == 0 && status.f_type == magic;
}

Result<void> detach_mount(const std::string& path) {
  return check([&] { return ::umount2(path.c_str(), kDetach | kDoNotFollow); }, "umount '{}'", path);
}

}  // namespace berth::sys
