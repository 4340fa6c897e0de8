// The order of the isolation is the table kPasses; each pass is one function above it. A pass that fails ends the
// start with its name. After them a child takes the last steps, which cannot be undone (script_process.cc,
// kFinalSteps), and becomes the interpreter. docs/isolation.md says what each pass is for and which test shows it.
//
// Init itself never runs a byte of the image: it is this program's own code, undumpable, with no capability left.

#include "berth/container/init.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "berth/base/clock.h"
#include "berth/container/call_files.h"
#include "berth/container/cgroup_views.h"
#include "berth/container/proc_masks.h"
#include "berth/container/script_process.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/privileges.h"
#include "berth/sys/seccomp_filter.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr sys::MountAttributes kInert = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

// State that the passes hand on.
struct Build {
  const InitPlan& plan;
  UniqueFd root;       // the new root, as a folder
  UniqueFd scratch;    // likewise the writable part
  UniqueFd furniture;  // and the fixed part
};

// Dies with the host's process. The signal is forgotten when ids change, so this is called again after that; a host
// that died in between has closed its end of `go`.
Result<void> die_with_host(const InitPlan& plan) {
  if (plan.spec.keep) return {};
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }, "set the parent-death signal"));
  pollfd go = {plan.go, 0, 0};
  if (::poll(&go, 1, 0) == 1 && (go.revents & POLLHUP) != 0)
    return fail(Errc::Unavailable, "the host's process is gone");
  return {};
}

Result<void> wait_for_host(Build& build) {
  char byte = 0;
  BERTH_TRY(int got, sys::call([&] { return ::read(build.plan.go, &byte, 1); }, "wait for the host"));
  if (got == 0) return fail(Errc::Unavailable, "the host's process is gone");
  return {};
}

Result<void> wait_for_id_map(Build& build) {
  BERTH_CHECK_OK(die_with_host(build.plan));
  return wait_for_host(build);
}

Result<void> join_cgroup(Build& build) {
  for (const UniqueFd& tasks : build.plan.cgroup.task_files()) {
    BERTH_CHECK_OK(sys::check([&] { return ::write(tasks.get(), "0", 1); }, "write 0 to a tasks file"));
  }
  // The namespace's root is the group one is in when it is made, so it comes after joining.
  return sys::check([] { return ::unshare(CLONE_NEWCGROUP); }, "unshare a cgroup namespace");
}

// Until here the process has the host's root as its id, unmapped; from here on it is root of its user namespace only.
Result<void> become_namespace_root(Build& build) {
  BERTH_CHECK_OK(sys::become_user(0, 0));
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }, "become undumpable"));
  return die_with_host(build.plan);
}

Result<void> make_mounts_private(Build&) { return sys::make_mounts_private(); }

Result<UniqueFd> attach_stage(const std::string& stage, const char* part, int mount) {
  BERTH_TRY(UniqueFd folder, sys::open_place(stage));
  BERTH_CHECK_OK(sys::attach_mount(mount, folder.get(), part));
  return sys::open_place(stage + "/" + part);
}

Result<void> attach_root(Build& build) {
  BERTH_TRY(build.root, attach_stage(build.plan.stage, "root", build.plan.root));
  BERTH_TRY(build.scratch, attach_stage(build.plan.stage, "scratch", build.plan.scratch));
  BERTH_TRY(build.furniture, attach_stage(build.plan.stage, "furniture", build.plan.furniture));
  return {};
}

Result<void> show(int from, const char* part, const Build& build, const char* at, sys::MountAttributes attributes = 0) {
  BERTH_TRY(UniqueFd mount, sys::copy_mount(from, part));
  if (attributes != 0) BERTH_CHECK_OK(sys::set_mount_attributes(mount.get(), attributes));
  return sys::attach_mount(mount.get(), build.root.get(), at);
}

Result<void> attach_writable_folders(Build& build) {
  const int scratch = build.scratch.get();
  BERTH_CHECK_OK(show(scratch, "tmp", build, "tmp"));
  BERTH_CHECK_OK(show(scratch, "vartmp", build, "var/tmp"));
  BERTH_CHECK_OK(show(scratch, "home", build, "home/demisto"));
  return show(scratch, "work", build, "work");
}

Result<void> attach_devices(Build& build) {
  BERTH_CHECK_OK(show(build.furniture.get(), "dev", build, "dev", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC));
  // An ordinary user can make no device nodes; the host's own are shown in their places.
  for (const char* name : kDeviceNames) {
    if (build.plan.of_machine) break;
    const std::string at = std::string("dev/") + name;
    BERTH_CHECK_OK(show(AT_FDCWD, ("/" + at).c_str(), build, at.c_str(),
                        MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
  }
  BERTH_TRY(UniqueFd terminals, sys::make_mount("devpts", {{"ptmxmode", "0666"}, {"mode", "0620"}, {"max", "64"}},
                                                MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
  BERTH_CHECK_OK(sys::attach_mount(terminals.get(), build.root.get(), "dev/pts"));
  return show(build.scratch.get(), "shm", build, "dev/shm", MOUNT_ATTR_NOEXEC);
}

Result<void> attach_run_and_sys(Build& build) {
  BERTH_CHECK_OK(show(build.furniture.get(), "run", build, "run", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV));
  BERTH_CHECK_OK(show(build.furniture.get(), "sys", build, "sys", MOUNT_ATTR_RDONLY | kInert));
  // Content looks its limits up where the kernel shows them.
  const auto& folders = build.plan.cgroup.folders();
  std::vector<sys::CgroupHierarchy> hierarchies;
  for (const auto& folder : folders) hierarchies.push_back(folder.hierarchy);
  for (const CgroupView& view : cgroup_views(hierarchies)) {
    BERTH_CHECK_OK(
        show(AT_FDCWD, folders[view.hierarchy].path.c_str(), build, view.at.c_str() + 1, MOUNT_ATTR_RDONLY | kInert));
  }
  return {};
}

// Where names are asked for, and those that are known without asking, over the image's own. An image may lack them:
// image_root.cc has places for them.
Result<void> attach_name_files(Build& build) {
  if (!build.plan.spec.asks_for_names()) return {};
  for (const char* name : {"resolv.conf", "hosts"}) {
    BERTH_TRY(UniqueFd mount, sys::copy_mount(build.furniture.get(), name));
    BERTH_CHECK_OK(sys::set_mount_attributes(mount.get(), MOUNT_ATTR_RDONLY | kInert));
    const std::string at = std::string("etc/") + name;
    auto attached = sys::attach_file(mount.get(), build.root.get(), at);
    if (attached) continue;
    // That the two are not of a kind the kernel tells with EINVAL, as more besides.
    struct stat status = {};
    const bool is_folder = attached.error().os_error() == EINVAL &&
                           ::fstatat(build.root.get(), at.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                           S_ISDIR(status.st_mode);
    if (!is_folder) return attached;
    return fail(
        Errc::InvalidInput,
        fmt::format("'/{}' is a folder in the image '{}', and with a network a file has to be there; use another "
                    "image, or '--network none'",
                    at, build.plan.spec.image_name));
  }
  return {};
}

Result<void> mount_proc(Build& build) {
  // A fresh one can be mounted for a zygote's child only where nothing of this one is covered (mount_namespaces(7));
  // the child covers its own (loop/fork.cc).
  const bool masked = build.plan.spec.guards.up(Guard::ProcMasks) && build.plan.spec.role == Role::Script;
  // Hidden: processes of other users, which means init.
  sys::MountOptions options;
  if (masked) options.emplace_back("hidepid", "invisible");
  BERTH_TRY(UniqueFd proc, sys::make_mount("proc", options, kInert));
  BERTH_CHECK_OK(sys::attach_mount(proc.get(), build.root.get(), "proc"));
  if (!masked) return {};
  const auto cover = [&](int from, const char* part, const char* path) -> Result<void> {
    const char* at = path + 1;  // below the new root, which is not ours yet
    struct stat status = {};
    if (::fstatat(build.root.get(), at, &status, AT_SYMLINK_NOFOLLOW) != 0 || (status.st_mode & S_IRWXO) == 0)
      return {};
    return show(from, part != nullptr ? part : at, build, at, MOUNT_ATTR_RDONLY | kInert);
  };
  const int furniture = build.furniture.get();
  for (const char* path : kHiddenFiles) BERTH_CHECK_OK(cover(furniture, "nothing", path));
  for (const char* path : kHiddenFolders) BERTH_CHECK_OK(cover(furniture, "empty", path));
  for (const char* path : kReadOnlyFolders) BERTH_CHECK_OK(cover(build.root.get(), nullptr, path));
  return {};
}

// From here on nothing of the host's file systems can be named.
Result<void> pivot_root(Build& build) {
  BERTH_CHECK_OK(sys::check([&] { return ::fchdir(build.root.get()); }, "enter the new root"));
  BERTH_CHECK_OK(sys::check([] { return ::syscall(SYS_pivot_root, ".", "."); }, "pivot_root"));
  BERTH_CHECK_OK(sys::detach_mount("."));
  BERTH_CHECK_OK(sys::check([] { return ::chdir("/"); }, "enter /"));
  build.root.reset();
  build.scratch.reset();
  build.furniture.reset();
  return {};
}

Result<void> set_host_name(Build&) {
  constexpr std::string_view kName = "berth";
  return sys::check([&] { return ::sethostname(kName.data(), kName.size()); }, "sethostname {}", kName);
}

struct Pass {
  const char* name;
  Result<void> (*run)(Build&);
};

constexpr Pass kPasses[] = {
    {"wait for the id map", wait_for_id_map},
    {"join the cgroup", join_cgroup},
    {"become root of the user namespace", become_namespace_root},
    {"make mounts private", make_mounts_private},
    {"attach the image's root", attach_root},
    {"attach the writable folders", attach_writable_folders},
    {"attach the devices", attach_devices},
    {"attach /run and /sys", attach_run_and_sys},
    {"attach the files about names", attach_name_files},
    {"mount /proc", mount_proc},
    {"pivot the root", pivot_root},
    {"set the host name", set_host_name},
    {"wait for the fixed files", wait_for_host},
};
static_assert(std::size(kPasses) < kMostPasses);

// Reaps whatever ends in this namespace until the script's own process has, and says how it ended.
void reap(const InitPlan& plan, pid_t script) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, __WALL);
    if (ended < 0 && errno == EINTR) continue;
    if (ended == script) {
      InitReport what;
      what.kind = InitReport::Kind::Ended;
      what.status = status;
      report(plan, what);
    }
    if (ended < 0 || ended == script) return;
  }
}

Result<void> drop_own_privileges(const InitPlan& plan) {
  if (!plan.spec.guards.up(Guard::Capabilities)) return {};
  BERTH_CHECK_OK(sys::drop_bounding_set());
  BERTH_CHECK_OK(sys::forbid_new_privileges());
  BERTH_CHECK_OK(sys::clear_capabilities());
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }, "become undumpable"));
  return die_with_host(plan);
}

// A kept container: the host ends everything but init, which waits to be looked at.
// An ordinary user's init may be looked into by that user from here on, who could not enter it otherwise: nobody in the
// container is that user or has any power over it.
[[noreturn]] void stand_still(const InitPlan& plan) {
  if (!plan.of_machine) ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  for (;;) {
    if (::waitpid(-1, nullptr, __WALL) < 0 && errno == ECHILD) ::pause();
  }
}

}  // namespace

int run_init(const InitPlan& plan) {
  Build build{plan, {}, {}, {}};
  InitReport started;
  started.kind = InitReport::Kind::Started;
  std::size_t at = 0;
  for (const Pass& pass : kPasses) {
    if (auto done = pass.run(build); !done) {
      report_failure(plan, InitReport::Kind::Failed, std::move(done).error().in(pass.name).message());
      return 1;
    }
    started.pass_ends_ns[at++] = monotonic_ns();
  }
  const pid_t script = ::fork();
  if (script == 0) become_script(plan);
  if (script < 0) {
    report_failure(plan, InitReport::Kind::Failed, Error::from_errno(errno, "fork the script").message());
    return 1;
  }
  if (auto dropped = drop_own_privileges(plan); !dropped) {
    report_failure(plan, InitReport::Kind::Failed, std::move(dropped).error().in("drop init's privileges").message());
    return 1;
  }
  // Init holds only what it needs: the script's ends of the pipes must close with the script.
  sys::close_all_but({plan.report, plan.lock, plan.go});
  started.pass_ends_ns[at] = monotonic_ns();
  report(plan, started);
  reap(plan, script);
  if (plan.spec.keep) stand_still(plan);
  return 0;  // the kernel kills whatever is left in this pid namespace
}

std::vector<const char*> pass_names() {
  std::vector<const char*> names;
  for (const Pass& pass : kPasses) names.push_back(pass.name);
  names.push_back("fork the script");
  return names;
}

}  // namespace berth::container
