#include "berth/container/image_root.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <tuple>

#include "berth/container/roots_in_use.h"
#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::int64_t kOverlayMagic = 0x794c7630;  // OVERLAYFS_SUPER_MAGIC
constexpr sys::MountAttributes kReadOnly = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

// Folders that a call needs as mount points. They form the lowest layer, so that an image without one still works
// and an image's own folder keeps its mode and owner.
constexpr const char* kMountPoints[] = {"proc", "sys",     "dev",  "tmp",          "run", "work",
                                        "var",  "var/tmp", "home", "home/demisto", "etc"};
constexpr const char* kMountPointFiles[] = {"etc/resolv.conf", "etc/hosts"};

// Owned by the container's root from the start: tmpfs knows idmapped mounts only since Linux 6.3.
Result<UniqueFd> make_mount_points(std::uint32_t owner) {
  const std::string id = std::to_string(owner);
  BERTH_TRY(UniqueFd mount, sys::make_mount("tmpfs", {{"size", "64k"}, {"mode", "0755"}, {"uid", id}, {"gid", id}}, 0));
  for (const char* path : kMountPoints) {
    BERTH_CHECK_OK(sys::check([&] { return ::mkdirat(mount.get(), path, 0755); }, "make mount point {}", path));
    BERTH_CHECK_OK(sys::check([&] { return ::fchownat(mount.get(), path, owner, owner, AT_SYMLINK_NOFOLLOW); },
                              "give mount point {} to {}", path, owner));
  }
  for (const char* path : kMountPointFiles) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    BERTH_TRY(int fd,
              sys::call([&] { return ::openat(mount.get(), path, kFlags, 0644); }, "make mount point {}", path));
    const UniqueFd file(fd);
    BERTH_CHECK_OK(sys::check([&] { return ::fchown(fd, owner, owner); }, "give mount point {} to {}", path, owner));
  }
  return mount;
}

// How the owners of an image's files are changed.
struct Shift {
  std::uint32_t owner = 0;  // of the mount points: the container's root, as it is called here
  int mapping = -1;         // the user namespace that the layers are shifted to; none: they stay as they are
  bool of_user = false;     // the layers were written, and are read, by an ordinary user
};

// The overlay as a detached mount. Overlay takes its layers by path, and only from a mount namespace it is in, so the
// layers are attached in a namespace that this thread alone has and that is gone with it.
Result<UniqueFd> make_overlay(const RuntimeFolder& folder, const ImageRoot& image, Shift shift) {
  BERTH_CHECK_OK(sys::check([] { return ::unshare(CLONE_FS | CLONE_NEWNS); }, "unshare a mount namespace"));
  BERTH_CHECK_OK(sys::make_mounts_private());

  BERTH_TRY(UniqueFd stage, sys::make_mount("tmpfs", {{"size", "1m"}, {"mode", "0700"}}, 0));
  BERTH_TRY(UniqueFd place, sys::open_folder(folder.stage("")));
  BERTH_CHECK_OK(sys::attach_mount(stage.get(), place.get(), "root"));
  BERTH_CHECK_OK(sys::check([&] { return ::fchdir(stage.get()); }, "enter the stage"));

  std::string lower;
  const auto add_layer = [&](UniqueFd layer, int layer_mapping) -> Result<void> {
    const std::string name = std::to_string(lower.empty() ? 0 : 1 + std::count(lower.begin(), lower.end(), ':'));
    BERTH_CHECK_OK(sys::set_mount_attributes(layer.get(), kReadOnly, layer_mapping));
    BERTH_CHECK_OK(sys::check([&] { return ::mkdirat(stage.get(), name.c_str(), 0700); }, "make folder {}", name));
    BERTH_CHECK_OK(sys::attach_mount(layer.get(), stage.get(), name));
    lower += lower.empty() ? name : ":" + name;
    return {};
  };
  for (const auto& path : image.layers) {
    BERTH_TRY(UniqueFd layer, sys::copy_mount(AT_FDCWD, path));
    BERTH_CHECK_OK(
        add_layer(std::move(layer), shift.mapping).context([&] { return fmt::format("layer '{}'", path.native()); }));
  }
  BERTH_TRY(UniqueFd points, make_mount_points(shift.owner));
  BERTH_CHECK_OK(add_layer(std::move(points), -1).context([] { return "the layer of mount points"; }));
  // An image's extended attributes must not redirect a look-up to other folders of the host.
  sys::MountOptions options = {{"lowerdir", lower}, {"redirect_dir", "nofollow"}, {"metacopy", "off"}};
  // Whoever is not root of the machine marks folders that cover lower ones in attributes of another name.
  if (shift.of_user) options.emplace_back("userxattr", "");
  return sys::make_mount("overlay", options, kReadOnly);
}

Result<UniqueFd> make_overlay_aside(const RuntimeFolder& folder, const ImageRoot& image, Shift shift) {
  std::optional<Result<UniqueFd>> made;
  std::thread([&] { made = make_overlay(folder, image, shift); }).join();
  return *std::move(made);
}

Result<UniqueFd> make_shifted_overlay(const RuntimeFolder& folder, const ImageRoot& image, sys::IdRange ids,
                                      bool user_namespace) {
  UniqueFd mapping;
  if (user_namespace) {
    BERTH_TRY(mapping, sys::make_mapped_namespace(ids));
  }
  return make_overlay_aside(folder, image, {.owner = ids.first, .mapping = mapping.get()});
}

std::string mounting(const ImageRoot& image) {
  return fmt::format("mount the root of image {}", image.image_id.substr(0, 12));
}

std::string name_of(const ImageRoot& image, std::uint32_t slot, bool user_namespace) {
  return fmt::format("{}-2-{}", image.image_id.substr(0, kRootDigits), user_namespace ? std::to_string(slot) : "host");
}

}  // namespace

Result<UniqueFd> open_image_root(const RuntimeFolder& folder, const ImageRoot& image, sys::IdRange ids,
                                 std::uint32_t slot, bool user_namespace) {
  const std::filesystem::path path = folder.roots() / name_of(image, slot, user_namespace);
  if (!sys::is_mounted(path, kOverlayMagic)) {
    const auto doing = [&] { return mounting(image); };
    // One at a time: who comes second finds it mounted.
    BERTH_TRY(UniqueFd roots, sys::open_folder(folder.roots()));
    BERTH_CHECK_OK(sys::check([&] { return ::flock(roots.get(), LOCK_EX); }, "lock {}", folder.roots().native()));
    if (!sys::is_mounted(path, kOverlayMagic)) {
      BERTH_CHECK_OK(sys::make_folders(path, 0700));
      BERTH_TRY(UniqueFd overlay, make_shifted_overlay(folder, image, ids, user_namespace).context(doing));
      BERTH_CHECK_OK(sys::attach_mount(overlay.get(), roots.get(), path.filename()).context(doing));
    }
  }
  return sys::copy_mount(AT_FDCWD, path);
}

Result<UniqueFd> mount_image_root(const RuntimeFolder& folder, const ImageRoot& image) {
  return make_overlay_aside(folder, image, {.of_user = true}).context([&] { return mounting(image); });
}

Result<std::vector<std::string>> kept_roots(const RuntimeFolder& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder.roots(), error)) {
    names.push_back(entry.path().filename());
  }
  if (error)
    return std::unexpected(Error::from_errno(error.value(), fmt::format("read folder '{}'", folder.roots().native())));
  std::ranges::sort(names);
  return names;
}

Result<void> remove_kept_root(const RuntimeFolder& folder, const std::string& name) {
  const std::filesystem::path path = folder.roots() / name;
  if (sys::is_mounted(path, kOverlayMagic)) BERTH_CHECK_OK(sys::detach_mount(path));
  return sys::check([&] { return ::rmdir(path.c_str()); }, "remove {}", path.native());
}

void remove_kept_roots_of(const RuntimeFolder& folder, std::string_view image_id) {
  const auto roots = kept_roots(folder);
  if (!roots) return;
  for (const std::string& root : *roots) {
    if (image_of_root(root) == image_id.substr(0, kRootDigits)) std::ignore = remove_kept_root(folder, root);
  }
}

}  // namespace berth::container
