#include "berth/container/call_files.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>

#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

Result<void> make_folder(int root, const char* path, mode_t mode, std::uint32_t owner) {
  BERTH_CHECK_OK(sys::check([&] { return ::mkdirat(root, path, 0700); }, "make folder {}", path));
  if (owner != 0 || ::geteuid() != 0) {
    BERTH_CHECK_OK(sys::check([&] { return ::fchownat(root, path, owner, owner, AT_SYMLINK_NOFOLLOW); },
                              "give folder {} to {}", path, owner));
  }
  return sys::check([&] { return ::fchmodat(root, path, mode, 0); }, "chmod folder {}", path);  // past the umask
}

Result<UniqueFd> make_file(int root, const std::string& path, mode_t mode) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  BERTH_TRY(int fd, sys::call([&] { return ::openat(root, path.c_str(), kFlags, mode); }, "make file {}", path));
  UniqueFd file(fd);
  BERTH_CHECK_OK(sys::check([&] { return ::fchmod(fd, mode); }, "chmod file {}", path));
  return file;
}

// The folders above a file of ours.
Result<void> make_folders_of(int root, const std::string& path) {
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    const std::string folder = path.substr(0, at);
    if (::faccessat(root, folder.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) continue;
    BERTH_CHECK_OK(make_folder(root, folder.c_str(), 0755, 0));
  }
  return {};
}

// Copies a file from its beginning, wherever its offset is: several calls may be reading it.
Result<void> copy_all(int source, int target) {
  off_t offset = 0;
  for (;;) {
    const auto copy = [&] { return ::sendfile(target, source, &offset, 1 << 20); };
    BERTH_TRY(const int copied, sys::call(copy, "copy it into the container"));
    if (copied == 0) return {};
  }
}

Result<void> put(int root, const std::string& name, const FixedFile& fixed) {
  BERTH_CHECK_OK(make_folders_of(root, name));
  BERTH_TRY(UniqueFd file, make_file(root, name, 0444));
  return fixed.source ? copy_all(fixed.source->get(), file.get()) : sys::write_all(file.get(), fixed.bytes, name);
}

Result<void> hand_in(int root, const WorkFile& file) {
  const auto doing = [&] { return fmt::format("hand in file '{}'", file.source.native()); };
  BERTH_TRY(int fd, sys::call([&] { return ::open(file.source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); },
                              "hand in file '{}'", file.source.native()));
  const UniqueFd source(fd);
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::fstat(fd, &status); }, "stat").context(doing));
  if (!S_ISREG(status.st_mode)) return fail(Errc::InvalidInput, doing() + ": it is not a regular file");
  BERTH_TRY(UniqueFd target, make_file(root, "work/" + file.name, 0444).context(doing));
  auto copied = copy_all(source.get(), target.get());
  if (!copied && copied.error().os_error() == ENOSPC) {
    return fail(Errc::Exhausted,
                fmt::format("{}: it does not fit; all that a call may write to is one place of bounded size", doing()));
  }
  return std::move(copied).context(doing);
}

// Of kDeviceNames, in their order.
constexpr std::array<std::pair<unsigned, unsigned>, kDeviceNames.size()> kDeviceNumbers = {
    {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}}};

Result<void> make_device(int root, const char* name, dev_t number) {
  const std::string path = std::string("dev/") + name;
  BERTH_CHECK_OK(sys::check([&] { return ::mknodat(root, path.c_str(), S_IFCHR | 0600, number); }, "mknod {}", path));
  return sys::check([&] { return ::fchmodat(root, path.c_str(), 0666, 0); }, "chmod {}", path);
}

struct Link {
  const char* path;
  const char* target;
};
constexpr std::array<Link, 6> kLinks = {{{"dev/fd", "/proc/self/fd"},
                                         {"dev/stdin", "/proc/self/fd/0"},
                                         {"dev/stdout", "/proc/self/fd/1"},
                                         {"dev/stderr", "/proc/self/fd/2"},
                                         {"dev/ptmx", "pts/ptmx"},
                                         {"run/shm", "/dev/shm"}}};

constexpr std::array<const char*, 17> kFurnitureFolders = {"dev",
                                                           "dev/pts",
                                                           "dev/shm",
                                                           "run",
                                                           "run/berth",
                                                           "run/berth/tools",
                                                           "run/berth/no_folder",
                                                           "run/berth/stage",
                                                           "run/lock",
                                                           "sys",
                                                           "sys/fs",
                                                           "sys/fs/cgroup",
                                                           "sys/fs/cgroup/memory",
                                                           "sys/fs/cgroup/pids",
                                                           "sys/fs/cgroup/cpu",
                                                           "sys/fs/cgroup/unified",
                                                           "empty"};

// The name forwarder listens on the container's own loopback interface.
constexpr const char* kResolvers = "nameserver 127.0.0.53\noptions timeout:5 attempts:2\n";
constexpr const char* kHosts = "127.0.0.1 localhost berth\n::1 localhost ip6-localhost ip6-loopback\n";

}  // namespace

Result<UniqueFd> make_scratch(const LaunchSpec& spec, const ContainerIds& ids) {
  const sys::MountOptions options = {{"size", std::to_string(spec.limits.writable_bytes)},
                                     {"nr_inodes", std::to_string(spec.limits.writable_files)},
                                     {"mode", "0755"},
                                     {"uid", std::to_string(ids.root)},
                                     {"gid", std::to_string(ids.root)}};
  BERTH_TRY(UniqueFd scratch, sys::make_mount("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
  for (const char* open_to_all : {"tmp", "vartmp", "shm"}) {
    BERTH_CHECK_OK(make_folder(scratch.get(), open_to_all, 01777, ids.root));
  }
  BERTH_CHECK_OK(make_folder(scratch.get(), "home", 0700, ids.script));
  BERTH_CHECK_OK(make_folder(scratch.get(), "work", 0700, ids.script));
  for (const WorkFile& file : spec.files) BERTH_CHECK_OK(hand_in(scratch.get(), file));
  return scratch;
}

Result<UniqueFd> make_furniture(const LaunchSpec& spec, bool device_nodes) {
  // Device nodes work here although a container could make none: this tmpfs belongs to the host's user namespace.
  BERTH_TRY(UniqueFd furniture, sys::make_mount("tmpfs", {{"size", "64m"}, {"mode", "0755"}}, MOUNT_ATTR_NOSUID));
  const int root = furniture.get();
  for (const char* path : kFurnitureFolders) BERTH_CHECK_OK(make_folder(root, path, 0755, 0));
  for (std::size_t i = 0; i < kDeviceNames.size(); ++i) {
    if (device_nodes) {
      const auto [major, minor] = kDeviceNumbers[i];
      BERTH_CHECK_OK(make_device(root, kDeviceNames[i], ::makedev(major, minor)));
    } else {
      BERTH_CHECK_OK(make_file(root, std::string("dev/") + kDeviceNames[i], 0444));
    }
  }
  for (const Link& link : kLinks) {
    BERTH_CHECK_OK(sys::check([&] { return ::symlinkat(link.target, root, link.path); }, "link {}", link.path));
  }
  for (const char* nothing : {"nothing", "run/berth/no_file"}) {
    BERTH_TRY(UniqueFd file, make_file(root, nothing, 0444));
  }
  // Who has no network is shown the image's own (attach_name_files).
  if (spec.asks_for_names()) BERTH_CHECK_OK(put_name_files(root));
  return furniture;
}

Result<void> put_name_files(int root) {
  BERTH_CHECK_OK(put(root, "hosts", {{}, kHosts, {}}));
  return put(root, "resolv.conf", {{}, kResolvers, {}});
}

Result<void> put_fixed_files(const LaunchSpec& spec, int furniture) {
  for (const FixedFile& fixed : spec.fixed) BERTH_CHECK_OK(put(furniture, "run/berth/" + fixed.name, fixed));
  return {};
}

}  // namespace berth::container
