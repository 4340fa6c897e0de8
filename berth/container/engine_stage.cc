#include "berth/container/engine_stage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/mount.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "berth/container/call_files.h"
#include "berth/container/first_program.h"
#include "berth/container/seccomp_profile.h"
#include "berth/container/syscall_policy.h"
#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::array<const char*, 2> kParts = {"scratch", "furniture"};

Result<void> make_folder(int at, const char* path, mode_t mode) {
  BERTH_CHECK_OK(sys::check([&] { return ::mkdirat(at, path, 0700); }, "make folder {}", path));
  return sys::check([&] { return ::fchmodat(at, path, mode, 0); }, "chmod folder {}", path);  // past the umask
}

// As in the furniture of Berth's own containers, as far as an engine leaves it to us.
Result<UniqueFd> make_engine_furniture(const LaunchSpec& spec) {
  constexpr sys::MountAttributes kInert = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  BERTH_TRY(UniqueFd furniture, sys::make_mount("tmpfs", {{"size", "64m"}, {"mode", "0755"}}, kInert));
  const int root = furniture.get();
  for (const char* folder : {"run", "run/berth", "empty"}) BERTH_CHECK_OK(make_folder(root, folder, 0755));
  LaunchSpec all;
  all.fixed = spec.fixed;
  BERTH_TRY(std::string plan, first_plan(spec));
  all.fixed.push_back({"first", std::string(first_program()), {}});
  all.fixed.push_back({"plan", std::move(plan), {}});
  all.fixed.push_back({"lock", "", {}});
  BERTH_CHECK_OK(put_fixed_files(all, root));
  BERTH_CHECK_OK(sys::check([&] { return ::fchmodat(root, "run/berth/first", 0555, 0); }, "chmod first"));
  BERTH_CHECK_OK(put_name_files(root));
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  BERTH_TRY(int fd, sys::call([&] { return ::openat(root, "seccomp.json", kFlags, 0444); }, "make seccomp.json"));
  const UniqueFd profile(fd);
  static const std::string profile_text = seccomp_profile(syscall_rules(), syscall_policy().other_error_number);
  BERTH_CHECK_OK(sys::write_all(profile.get(), profile_text, "seccomp.json"));
  return furniture;
}

// /dev/shm is not for programs; the mount that an engine makes of it has what this one has.
Result<void> forbid_programs_in(int scratch, const char* part) {
  BERTH_TRY(UniqueFd mount, sys::copy_mount(scratch, part));
  BERTH_CHECK_OK(sys::set_mount_attributes(mount.get(), MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
  return sys::attach_mount(mount.get(), scratch, part);
}

bool is_old(const std::filesystem::path& folder) {
  constexpr auto kMaking = std::chrono::minutes(1);
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(folder, error);
  return !error && std::filesystem::file_time_type::clock::now() - changed > kMaking;
}

}  // namespace

Result<EngineStage> EngineStage::make(const LaunchSpec& spec, const RuntimeFolder& folder) {
  BERTH_CHECK_OK(sys::make_folders(folder.engines(), 0700));
  const std::filesystem::path path = folder.engines() / spec.id;
  BERTH_CHECK_OK(sys::check([&] { return ::mkdir(path.c_str(), 0700); }, "make folder '{}'", path.native()));
  BERTH_TRY(UniqueFd alive, sys::open_folder(path));
  BERTH_CHECK_OK(sys::check([&] { return ::flock(alive.get(), LOCK_EX | LOCK_NB); }, "lock '{}'", path.native()));
  EngineStage stage(path, std::move(alive));
  const int at = stage.alive_.get();
  ContainerIds ids;
  ids.script = kScriptId;
  BERTH_TRY(stage.scratch_, make_scratch(spec, ids));
  BERTH_TRY(const UniqueFd furniture, make_engine_furniture(spec));
  const std::array<int, 2> mounts = {stage.scratch_.get(), furniture.get()};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    BERTH_CHECK_OK(make_folder(at, kParts[i], 0755));
    BERTH_CHECK_OK(sys::attach_mount(mounts[i], at, kParts[i]));
  }
  BERTH_CHECK_OK(forbid_programs_in(stage.scratch_.get(), "shm"));
  BERTH_TRY(int lock, sys::call([&] { return ::openat(furniture.get(), "run/berth/lock", O_RDWR | O_CLOEXEC); },
                                "open the lock"));
  stage.lock_.reset(lock);
  return stage;
}

EngineStage::~EngineStage() { std::ignore = remove(); }

Result<void> EngineStage::give_to(std::uint32_t user) const {
  if (user == kScriptId) return {};
  for (const char* part : {"home", "work"}) {
    BERTH_CHECK_OK(sys::check([&] { return ::fchownat(scratch_.get(), part, user, user, AT_SYMLINK_NOFOLLOW); },
                              "give folder {} to {}", part, user));
  }
  return {};
}

Result<void> EngineStage::remove() {
  const std::filesystem::path path = std::exchange(path_, {});
  scratch_.reset();
  lock_.reset();
  return path.empty() ? Result<void>() : remove_engine_stage(path);
}

Result<void> remove_engine_stage(const std::filesystem::path& stage) {
  for (const char* part : kParts) {
    // A mount takes those below it along. What stays keeps its folder from being removed, which is told.
    while (sys::detach_mount(stage / part)) {
    }
  }
  // conmon, which podman starts, writes `oom` into the folder that it is started in.
  for (const std::string_view part : {"scratch", "furniture", "cid", "oom", ""}) {
    const std::filesystem::path path = part.empty() ? stage : stage / part;
    const bool is_file = part == "cid" || part == "oom";
    const auto take_away = [&] { return is_file ? ::unlink(path.c_str()) : ::rmdir(path.c_str()); };
    auto gone = sys::check(take_away, "remove '{}'", path.native());
    if (!gone && gone.error().code() != Errc::NotFound) return gone;
  }
  return {};
}

void sweep_engine_stages(const RuntimeFolder& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder.engines(), error)) {
    // One that is being made is not locked yet. One that an engine has written into while it was removed is old.
    const bool has_parts = ::access((entry.path() / kParts[0]).c_str(), F_OK) == 0;
    if (!has_parts && !is_old(entry.path())) continue;
    const auto alive = sys::open_folder(entry.path());
    if (!alive || ::flock(alive->get(), LOCK_EX | LOCK_NB) != 0) continue;
    std::ignore = remove_engine_stage(entry.path());  // what cannot be removed now is tried again by the next start
  }
}

}  // namespace berth::container
