#include "berth/doctor/mounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "berth/doctor/attempt.h"
#include "berth/doctor/file_system.h"
#include "berth/sys/file.h"
#include "berth/sys/id_map.h"
#include "berth/sys/mount.h"
#include "berth/sys/syscall.h"

namespace berth::doctor {
namespace {

constexpr sys::IdRange kAnyIds = {1u << 30, 65'536};

// Goes into a new tmpfs that is attached where this namespace alone sees it; /proc stands everywhere.
Result<UniqueFd> enter_stage() {
  BERTH_CHECK_OK(sys::make_mounts_private());
  BERTH_TRY(UniqueFd stage, sys::make_mount("tmpfs", {{"size", "1m"}, {"mode", "0700"}}, 0));
  BERTH_TRY(const UniqueFd root, sys::open_folder("/"));
  BERTH_CHECK_OK(sys::attach_mount(stage.get(), root.get(), "proc"));
  BERTH_CHECK_OK(sys::check([&] { return ::fchdir(stage.get()); }, "enter the stage"));
  for (const char* layer : {"a", "b"}) {
    BERTH_CHECK_OK(sys::check([&] { return ::mkdir(layer, 0755); }, "make folder {}", layer));
  }
  return stage;
}

Result<void> mount_overlay() {
  BERTH_TRY(const UniqueFd overlay, sys::make_mount("overlay", {{"lowerdir", "a:b"}}, MOUNT_ATTR_RDONLY));
  return {};
}

// Attaches `layer` as a layer of an overlay.
Result<void> overlay_on(const UniqueFd& layer) {
  return attempt(CLONE_NEWNS, [&]() -> Result<void> {
    BERTH_TRY(const UniqueFd stage, enter_stage());
    BERTH_CHECK_OK(sys::attach_mount(layer.get(), stage.get(), "a"));
    return mount_overlay();
  });
}

std::optional<CheckResult> missing_need(const MountNeeds& needs, bool for_calls) {
  if (!needs.root && !needs.user_namespaces) {
    return skipped("an ordinary user mounts in a user namespace, and has none");
  }
  if (!for_calls && !needs.mount_calls) return skipped("there is no way to mount: see 'mount-calls'");
  return std::nullopt;
}

std::optional<CheckResult> missing_id_map_need(const MountNeeds& needs) {
  if (!needs.root) return skipped("an ordinary user's storage is seen through its user namespace, not shifted");
  if (!needs.user_namespaces) return skipped("ids are shifted by a user namespace: see 'user-namespaces'");
  return missing_need(needs, false);
}

}  // namespace

Result<void> try_mount_calls() {
  return attempt(CLONE_NEWNS, []() -> Result<void> {
    BERTH_TRY(const UniqueFd stage, enter_stage());
    BERTH_TRY(const UniqueFd copy, sys::copy_mount(stage.get(), "."));
    return sys::set_mount_attributes(copy.get(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  });
}

CheckResult judge_mount_calls(const Result<void>& tried, const MountNeeds& needs) {
  if (auto missing = missing_need(needs, true)) return *missing;
  if (tried) return ok("fsopen, fsmount, open_tree, move_mount and mount_setattr work");
  return failure(tried.error().message(),
                 needs.root ? "use Linux 5.12 or newer, and run berth with CAP_SYS_ADMIN" : "use Linux 5.12 or newer");
}

Result<void> try_overlay() {
  return attempt(CLONE_NEWNS, []() -> Result<void> {
    BERTH_TRY(const UniqueFd stage, enter_stage());
    return mount_overlay();
  });
}

CheckResult judge_overlay(const Result<void>& tried, const MountNeeds& needs) {
  if (auto missing = missing_need(needs, false)) return *missing;
  if (tried) return ok("an overlay of two folders was mounted");
  return failure(tried.error().message(), needs.root
                                              ? "'modprobe overlay', or use a kernel with CONFIG_OVERLAY_FS"
                                              : "have root 'modprobe overlay'; ordinary users may since Linux 5.11");
}

IdMapFacts try_id_maps(const std::filesystem::path& folder) {
  IdMapFacts facts;
  if (const auto file_system = file_system_of(folder)) facts.type = file_system->type;
  const auto mapping = sys::make_mapped_namespace(kAnyIds);
  if (!mapping) {
    facts.storage = facts.tmpfs = facts.overlay = std::unexpected(mapping.error());
    return facts;
  }
  const auto shift = [&](const Result<UniqueFd>& mount) -> Result<void> {
    if (!mount) return std::unexpected(mount.error());
    return sys::set_mount_attributes(mount->get(), MOUNT_ATTR_RDONLY, mapping->get());
  };
  const auto layer = sys::copy_mount(AT_FDCWD, folder);
  facts.storage = shift(layer);
  facts.tmpfs = shift(sys::make_mount("tmpfs", {{"size", "64k"}}, 0));
  facts.overlay = facts.storage ? overlay_on(*layer) : facts.storage;
  return facts;
}

CheckResult judge_idmapped_storage(const IdMapFacts& facts, const MountNeeds& needs) {
  if (auto missing = missing_id_map_need(needs)) return *missing;
  if (!facts.storage) {
    return failure(fmt::format("{}: {}", facts.type, facts.storage.error().message()),
                   "put the storage on ext4, xfs or btrfs ('storage.root'), and use Linux 5.19 or newer");
  }
  return ok(fmt::format("{} can be shifted; tmpfs {}", facts.type,
                        facts.tmpfs ? "too" : "cannot, which is not needed (Linux 6.3)"));
}

CheckResult judge_idmapped_overlay(const IdMapFacts& facts, const MountNeeds& needs) {
  if (auto missing = missing_id_map_need(needs)) return *missing;
  if (!facts.storage) return skipped("the storage's file system cannot be shifted: see 'idmapped-storage'");
  if (!needs.overlay) return skipped("there is no overlay: see 'overlay'");
  if (facts.overlay) return ok("overlay takes shifted layers");
  return failure(facts.overlay.error().message(), "use Linux 5.19 or newer");
}

}  // namespace berth::doctor
