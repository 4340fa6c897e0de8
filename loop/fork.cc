// What the zygote (loop/zygote.py) needs beyond Python's own os.fork: namespaces, descriptors by message, and the steps
// that isolate a child. Loaded with ctypes.
//
// Freestanding: no libc, raw system calls alone, so that one file loads in images with glibc of any age and with musl.
// The order of the isolation of a child is the table kSteps. docs/isolation.md says what each step is for.
//
// How a child is made. The zygote unshares the pid namespace that its children are born into, and starts the first
// process there, the reaper: a few lines of this file on the zygote's own memory, which take no page of their own. Then
// Python forks by its own means, so that its hooks run as always, and the zygote takes its children's pid namespace back
// to its own. The child finds itself as process 2 and isolates itself. Whoever kills the reaper kills all of the child.
#include <asm/unistd.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/wait.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/container/fork_plan.h"
#include "berth/container/proc_masks.h"
#include "loop/raw_call.h"

#define BERTH_EXPORT extern "C" __attribute__((visibility("default")))

using namespace berth::fork;

namespace {

// --- system calls ----------------------------------------------------------------------------------------------------

#if defined(__x86_64__)
// A process on this very memory that runs `body` on the stack that ends at `top`, and never returns.
long clone_on_stack(unsigned long flags, char* top, void (*body)()) {
  long result;
  register long r10 __asm__("r10") = 0;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "call *%[body]\n\t"
      "ud2\n"
      "1:"
      : "=a"(result)
      : "a"(static_cast<long>(__NR_clone)), "D"(flags), "S"(top), "d"(0L), "r"(r10), "r"(r8), [body] "b"(body)
      : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
long clone_on_stack(unsigned long flags, char* top, void (*body)()) {
  register long x8 __asm__("x8") = __NR_clone;
  register long x0 __asm__("x0") = static_cast<long>(flags);
  register char* x1 __asm__("x1") = top;
  register long x2 __asm__("x2") = 0;
  register long x3 __asm__("x3") = 0;
  register long x4 __asm__("x4") = 0;
  register void (*x9)() __asm__("x9") = body;
  __asm__ volatile(
      "svc 0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "blr x9\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x9)
      : "memory", "x30");
  return x0;
}
#else
#error "no system calls for this architecture"
#endif

constexpr int kInterrupted = -4;
constexpr int kNoEntry = -2;
constexpr int kTooMany = -24;
constexpr int kBadMessage = -74;

// --- messages --------------------------------------------------------------------------------------------------------

struct Vector {
  void* base;
  size_t size;
};
struct MessageHeader {  // struct msghdr
  void* name;
  uint32_t name_size;
  Vector* vectors;
  size_t vector_count;
  void* control;
  size_t control_size;
  uint32_t flags;
};
struct ControlHeader {  // struct cmsghdr
  size_t size;
  int32_t level;
  int32_t type;
};
constexpr int kSocketLevel = 1;     // SOL_SOCKET
constexpr int kRights = 1;          // SCM_RIGHTS
constexpr int kCloseOnExec = 0x40000000;  // MSG_CMSG_CLOEXEC
constexpr int kNoSignal = 0x4000;   // MSG_NOSIGNAL
constexpr uint32_t kTruncated = 0x8 | 0x20;  // MSG_CTRUNC, MSG_TRUNC

struct Control {
  ControlHeader header;
  int32_t descriptors[kMostDescriptors];
};

// --- state -----------------------------------------------------------------------------------------------------------

struct Child {
  uint32_t number;
  int32_t reaper;  // pids as the zygote sees them; 0 for a place that is free
  int32_t script;
  int32_t status;  // wait status of the script, once it is known, and what it used
  uint64_t cpu_nanoseconds;
  uint64_t largest_bytes;
  bool has_ended;
  bool is_unwanted;  // its host has let go of it
};

constexpr unsigned kStackBytes = 2048;
alignas(16) char stacks[kMostChildren][kStackBytes];
Child children[kMostChildren];
Plan plan;
int channel = -1;
int own_pids = -1;  // the zygote's own pid namespace
uint64_t pages[kMostPages];  // that children are to have for themselves
unsigned page_count = 0;

// The order that is being carried out.
Order order;
int32_t descriptors[kMostDescriptors];
unsigned descriptor_count = 0;
uint64_t given_pages[kMostPages];  // after an order
Child* current = nullptr;

const char* failed_step = "";

long send(Answer& answer, const int32_t* pidfds, unsigned count) {
  Control control = {{sizeof(ControlHeader) + count * sizeof(int32_t), kSocketLevel, kRights}, {}};
  for (unsigned i = 0; i < count; ++i) control.descriptors[i] = pidfds[i];
  Vector vector = {&answer, sizeof answer};
  MessageHeader message = {nullptr, 0, &vector, 1, &control, (control.header.size + 7) & ~size_t{7}, 0};
  if (count == 0) {
    message.control = nullptr;
    message.control_size = 0;
  }
  long sent;
  do sent = call(__NR_sendmsg, channel, address(&message), kNoSignal);
  while (sent == kInterrupted);
  return sent;
}

long say(Word word, uint32_t number, long value, const char* text) {
  Answer answer = {word, number, static_cast<int32_t>(value), {}, 0, 0};
  for (unsigned i = 0; text[i] != 0 && i + 1 < sizeof answer.text; ++i) answer.text[i] = text[i];
  return send(answer, nullptr, 0);
}

void close_all() {
  for (unsigned i = 0; i < descriptor_count; ++i) call(__NR_close, descriptors[i]);
  descriptor_count = 0;
}

// --- children --------------------------------------------------------------------------------------------------------

// The first process of a child's pid namespace. What is orphaned there becomes its child, and the kernel collects what
// a process has declared not to be interested in.
void reap_for_ever() {
  call(__NR_close_range, 0, ~0L, 0);
  struct {
    long handler = 1;  // SIG_IGN
    unsigned long flags = 0;
    long restorer = 0;
    uint64_t mask = 0;
  } ignore;
  call(__NR_rt_sigaction, SIGCHLD, address(&ignore), 0, 8);
  for (;;) call(__NR_ppoll, 0, 0, 0, 0, 8);
}

Child* free_place() {
  for (Child& child : children) {
    if (child.reaper == 0 && child.script == 0) return &child;
  }
  return nullptr;
}

template <class Time>
uint64_t nanoseconds(const Time& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_usec) * 1'000;
}

// Takes note of what has ended. A child whose reaper is gone is gone as a whole.
void collect() {
  for (;;) {
    int32_t status = 0;
    struct rusage used = {};
    const long ended = call(__NR_wait4, -1, address(&status), WNOHANG | __WALL, address(&used));
    if (ended <= 0) return;
    for (Child& child : children) {
      if (child.script == ended) {
        child.script = 0;
        child.status = status;
        child.cpu_nanoseconds = nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime);
        child.largest_bytes = static_cast<uint64_t>(used.ru_maxrss) * 1024;
        child.has_ended = true;
      } else if (child.reaper == ended) {
        child.reaper = 0;
      }
    }
  }
}

// Waits for an order, and meanwhile for the children that nobody wants any more.
void wait_for_order() {
  for (;;) {
    bool is_waited_for = false;
    for (const Child& child : children) {
      is_waited_for = is_waited_for || (child.is_unwanted && (child.reaper != 0 || child.script != 0));
    }
    if (!is_waited_for) return;
    struct {  // struct pollfd
      int32_t fd;
      int16_t events;
      int16_t came;
    } ready = {channel, 1 /* POLLIN */, 0};
    struct {  // struct timespec
      int64_t seconds;
      int64_t nanoseconds;
    } pause = {0, 5'000'000};
    const long came = call(__NR_ppoll, address(&ready), 1, address(&pause), 0, 8);
    collect();
    if (came != 0 && came != kInterrupted) return;
  }
}

// The next order, with its descriptors. 0 at the end of the conversation.
long take_order() {
  wait_for_order();
  Control control = {};
  Vector vectors[] = {{&order, sizeof order}, {given_pages, sizeof given_pages}};
  MessageHeader message = {nullptr, 0, vectors, 2, &control, sizeof control, 0};
  long got;
  do got = call(__NR_recvmsg, channel, address(&message), kCloseOnExec);
  while (got == kInterrupted);
  if (got <= 0) return got;
  descriptor_count = 0;
  if (message.control_size >= sizeof(ControlHeader) && control.header.type == kRights) {
    descriptor_count = static_cast<unsigned>((control.header.size - sizeof(ControlHeader)) / sizeof(int32_t));
    for (unsigned i = 0; i < descriptor_count; ++i) descriptors[i] = control.descriptors[i];
  }
  if (got < static_cast<long>(sizeof order) || (message.flags & kTruncated) != 0) return kBadMessage;
  const size_t given = order.wish == Wish::Pages ? size_t{order.number} * sizeof(uint64_t) : 0;
  return static_cast<size_t>(got) == sizeof order + given ? got : kBadMessage;
}

long start_reaper(Child& child) {
  // No signal reaches it: its handlers would be Python's.
  const uint64_t all = ~uint64_t{0};
  uint64_t before = 0;
  call(__NR_rt_sigprocmask, SIG_BLOCK, address(&all), address(&before), 8);
  char* top = stacks[&child - children] + kStackBytes;
  const long pid = clone_on_stack(CLONE_VM | SIGCHLD, top, reap_for_ever);
  call(__NR_rt_sigprocmask, SIG_SETMASK, address(&before), 0, 8);
  return pid;
}

bool is_complete() {
  return order.wish == Wish::Child && order.task_files <= kMostTaskFiles && order.has_network <= 1 &&
         descriptor_count == kFirstStreams + order.task_files + plan.view_count + order.has_network;
}

// Prepares the fork: 1 when Python is to fork now, an errno otherwise.
long begin_child() {
  if (!is_complete()) return kBadMessage;
  current = free_place();
  if (current == nullptr) return kTooMany;
  failed_step = "unshare the pid namespace";
  if (const long done = call(__NR_unshare, CLONE_NEWPID); done < 0) return done;
  failed_step = "start the first process of the namespace";
  const long reaper = start_reaper(*current);
  if (reaper < 0) {
    call(__NR_setns, own_pids, CLONE_NEWPID);
    return reaper;
  }
  *current = {order.number, static_cast<int32_t>(reaper), 0, 0, 0, 0, false, false};
  return 1;
}

void answer_status() {
  for (Child& child : children) {
    if (child.number != order.number || (!child.has_ended && child.script == 0)) continue;
    if (!child.has_ended) break;
    Answer answer = {Word::Status, order.number, child.status, {}, child.cpu_nanoseconds, child.largest_bytes};
    send(answer, nullptr, 0);
    return;
  }
  say(Word::Status, order.number, -1, "");
}

void take_pages() {
  page_count = order.number;
  for (unsigned i = 0; i < page_count; ++i) pages[i] = given_pages[i];
}

// Its reaper can end only once the script has been waited for, which is the zygote's to do.
void let_go() {
  for (Child& child : children) {
    if (child.number != order.number || (child.reaper == 0 && child.script == 0)) continue;
    child.is_unwanted = true;
    if (child.reaper != 0) call(__NR_kill, child.reaper, SIGKILL);
  }
}

// --- isolation -------------------------------------------------------------------------------------------------------

int stream(unsigned index) { return descriptors[index]; }
int scratch() { return descriptors[4]; }
int task_file(unsigned index) { return descriptors[kFirstStreams + index]; }
int view(unsigned index) { return descriptors[kFirstStreams + order.task_files + index]; }
int network() { return descriptors[kFirstStreams + order.task_files + plan.view_count]; }

long become_leader() {
  const long done = call(__NR_setsid);
  return done < 0 ? done : 0;
}

// A single-threaded process says itself in which group it wants to be: ten times faster than being put there.
long join_cgroups() {
  for (unsigned i = 0; i < order.task_files; ++i) {
    if (const long done = call(__NR_write, task_file(i), address("0"), 1); done < 0) return done;
  }
  return 0;
}

long unshare_the_rest() {
  const unsigned long network_too = order.has_network ? 0 : CLONE_NEWNET;
  if (const long done =
          call(__NR_unshare, CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | network_too);
      done < 0) {
    return done;
  }
  return order.has_network ? call(__NR_setns, network(), CLONE_NEWNET) : 0;
}

// A namespace that was used before has its loopback interface up already.
long raise_loopback() {
  if (order.has_network) return 0;
  const long socket = call(__NR_socket, 2 /* AF_INET */, 2 /* SOCK_DGRAM */, 0);
  if (socket < 0) return socket;
  struct {  // struct ifreq
    char name[16] = {'l', 'o'};
    short flags = 0x1 | 0x40;  // IFF_UP, IFF_RUNNING
    char rest[22] = {};
  } request;
  const long done = call(__NR_ioctl, socket, 0x8914 /* SIOCSIFFLAGS */, address(&request));
  call(__NR_close, socket);
  return done;
}

// What no mount of ours is without, but those that programs may be run from.
constexpr unsigned long kInert = MS_NOSUID | MS_NODEV | MS_NOEXEC;

long attach(int from, const char* part, const char* at) {
  const long mount = call(__NR_open_tree, from, address(part), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (mount < 0) return mount;
  const long done = call(__NR_move_mount, mount, address(""), AT_FDCWD, address(at), MOVE_MOUNT_F_EMPTY_PATH);
  call(__NR_close, mount);
  return done;
}

// A mount can be copied from where it is attached: so the whole goes under its stage first, and is taken away again.
long attach_writable_folders() {
  constexpr const char* kStage = "/run/berth/stage";
  if (const long done =
          call(__NR_move_mount, scratch(), address(""), AT_FDCWD, address(kStage), MOVE_MOUNT_F_EMPTY_PATH);
      done < 0) {
    return done;
  }
  constexpr struct {
    const char* part;
    const char* at;
  } kParts[] = {{"tmp", "/tmp"},
                {"vartmp", "/var/tmp"},
                {"home", "/home/demisto"},
                {"work", "/work"},
                {"shm", "/dev/shm"}};
  for (const auto& part : kParts) {
    if (const long done = attach(scratch(), part.part, part.at); done < 0) return done;
  }
  if (const long done = call(__NR_mount, 0, address("/dev/shm"), 0, MS_BIND | MS_REMOUNT | kInert, 0); done < 0) {
    return done;
  }
  return call(__NR_umount2, address(kStage), 2 /* MNT_DETACH */);
}

long attach_terminals() {
  return call(__NR_mount, address("devpts"), address("/dev/pts"), address("devpts"), MS_NOSUID | MS_NOEXEC,
              address("newinstance,ptmxmode=0666,mode=0620,max=64"));
}

long attach_cgroup_views() {
  for (unsigned i = 0; i < plan.view_count; ++i) {
    if (const long done =
            call(__NR_move_mount, view(i), address(""), AT_FDCWD, address(plan.views[i]), MOVE_MOUNT_F_EMPTY_PATH);
        done < 0) {
      return done;
    }
  }
  return 0;
}

// Whether there is something that others than its owner may look at.
bool needs_cover(const char* path) {
  struct statx status = {};
  const long done = call(__NR_statx, AT_FDCWD, address(path), AT_SYMLINK_NOFOLLOW, STATX_MODE, address(&status));
  return done == 0 && (status.stx_mode & 07) != 0;
}

long cover(const char* with, const char* path) {
  if (!needs_cover(path)) return 0;
  const long done = call(__NR_mount, address(with), address(path), 0, MS_BIND, 0);
  return done == kNoEntry ? 0 : done;
}

long make_read_only(const char* path) {
  if (!needs_cover(path)) return 0;
  if (const long done = call(__NR_mount, address(path), address(path), 0, MS_BIND, 0); done < 0) return done;
  return call(__NR_mount, 0, address(path), 0, MS_BIND | MS_REMOUNT | MS_RDONLY | kInert, 0);
}

// As container/init.cc does it for the first process: the same parts are hidden and read-only.
long mount_proc() {
  if (const long done = call(__NR_mount, address("proc"), address("/proc"), address("proc"), kInert,
                             address("hidepid=invisible"));
      done < 0) {
    return done;
  }
  for (const char* path : berth::container::kHiddenFiles) {
    if (const long done = cover("/run/berth/no_file", path); done < 0) return done;
  }
  for (const char* path : berth::container::kHiddenFolders) {
    if (const long done = cover("/run/berth/no_folder", path); done < 0) return done;
  }
  for (const char* path : berth::container::kReadOnlyFolders) {
    if (const long done = make_read_only(path); done < 0) return done;
  }
  return 0;
}

// Descriptors 0 to 4 for the script, and none besides.
long place_descriptors() {
  const long nothing = call(__NR_openat, AT_FDCWD, address("/dev/null"), O_RDONLY | O_CLOEXEC, 0);
  if (nothing < 0) return nothing;
  const int sources[] = {static_cast<int>(nothing), stream(2), stream(3), stream(0), stream(1)};
  int moved[5];
  for (unsigned i = 0; i < 5; ++i) {
    // Away from the targets first, so that none is written over.
    const long fd = call(__NR_fcntl, sources[i], F_DUPFD_CLOEXEC, 64);
    if (fd < 0) return fd;
    moved[i] = static_cast<int>(fd);
  }
  for (unsigned i = 0; i < 5; ++i) {
    const unsigned long flags = i < 3 ? 0 : O_CLOEXEC;
    call(__NR_close, i);
    if (const long done = call(__NR_dup3, moved[i], i, static_cast<long>(flags)); done < 0) return done;
  }
  return call(__NR_close_range, 5, ~0L & 0xffffffff, 0);
}

long set_resource_limits() {
  for (unsigned i = 0; i < plan.limit_count && i < kMostLimits; ++i) {
    struct rlimit64 own = {};
    const long resource = plan.limits[i].resource;
    if (const long done = call(__NR_prlimit64, 0, resource, 0, address(&own)); done < 0) return done;
    const auto least = [](uint64_t one, uint64_t other) { return one < other ? one : other; };
    const uint64_t hard = least(plan.limits[i].hard, own.rlim_max);
    struct rlimit64 set = {least(plan.limits[i].soft, hard), hard};
    if (const long done = call(__NR_prlimit64, 0, resource, address(&set), 0); done < 0) return done;
  }
  return 0;
}

long take_script_user() {
  for (long capability = 0; capability < 64; ++capability) {
    const long done = call(__NR_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (done == -22 /* EINVAL: the end of the kernel's list */) break;
    if (done < 0) return done;
  }
  const long user = plan.user;
  if (const long done = call(__NR_setgroups, 0, 0); done < 0) return done;
  if (const long done = call(__NR_setresgid, user, user, user); done < 0) return done;
  if (const long done = call(__NR_setresuid, user, user, user); done < 0) return done;
  if (const long done = call(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); done < 0) return done;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {};
  if (const long done = call(__NR_capset, address(&header), address(none)); done < 0) return done;
  // As after an execve: the process may look at itself.
  return call(__NR_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}

long forbid_new_privileges() { return call(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

long enter_work_folder() { return call(__NR_chdir, address("/work")); }

// As a write to each would do it, which the call then need not. A kernel before 5.14 does not know how: no matter.
long copy_pages() {
  for (unsigned i = 0; i < page_count; ++i) call(__NR_madvise, static_cast<long>(pages[i]), 1, 23 /* MADV_POPULATE_WRITE */);
  return 0;
}

long load_filter() {
  struct sock_fprog program = {static_cast<unsigned short>(plan.filter_count), plan.filter};
  return call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, address(&program));
}

struct Step {
  const char* name;
  long (*run)();
};

const Step kSteps[] = {
    {"lead a session", become_leader},
    {"join the cgroup", join_cgroups},
    {"unshare the namespaces", unshare_the_rest},
    {"raise the loopback interface", raise_loopback},
    {"attach the writable folders", attach_writable_folders},
    {"attach the terminals", attach_terminals},
    {"attach the views of the cgroup", attach_cgroup_views},
    {"mount /proc", mount_proc},
    {"place the descriptors", place_descriptors},
    {"set the resource limits", set_resource_limits},
    {"forbid new privileges", forbid_new_privileges},
    {"take the script's user", take_script_user},
    {"enter the work folder", enter_work_folder},
    {"copy what calls write to", copy_pages},
    {"load the system call filter", load_filter},
};

}  // namespace

// --- what Python calls -----------------------------------------------------------------------------------------------

// Begins the conversation on `socket`. Returns 0 or a negative errno.
BERTH_EXPORT long berth_open(int socket) {
  channel = socket;
  const long file = call(__NR_openat, AT_FDCWD, address(kPlanFile), O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return file;
  const long got = call(__NR_read, file, address(&plan), sizeof plan);
  call(__NR_close, file);
  if (got != sizeof plan || plan.schema != kSchema || plan.filter_count > kMostFilter || plan.view_count > kMostViews) {
    return kBadMessage;
  }
  const long pids = call(__NR_openat, AT_FDCWD, address("/proc/self/ns/pid"), O_RDONLY | O_CLOEXEC, 0);
  if (pids < 0) return pids;
  own_pids = static_cast<int>(pids);
  return say(Word::Ready, 0, 0, "") < 0 ? kBadMessage : 0;
}

// Serves the host until a child is to be forked: 1. 0 when the host is gone.
BERTH_EXPORT long berth_wait() {
  for (;;) {
    const long got = take_order();
    collect();
    if (got == 0) return 0;
    if (got < 0 && got != kBadMessage) return got;
    failed_step = "read the order";
    if (got > 0 && order.wish != Wish::Child) {
      if (order.wish == Wish::Status) answer_status();
      if (order.wish == Wish::Gone) let_go();
      if (order.wish == Wish::Pages) take_pages();
      close_all();
      continue;
    }
    const long begun = got < 0 ? got : begin_child();
    if (begun == 1) return 1;
    close_all();
    if (say(Word::Failed, order.number, -begun, failed_step) < 0) return 0;
  }
}

// In the zygote, after os.fork: `pid` is what it returned, or a negative errno. Returns 0, or less when it cannot go on.
BERTH_EXPORT long berth_forked(int pid) {
  close_all();
  if (const long back = call(__NR_setns, own_pids, CLONE_NEWPID); back < 0) return back;
  if (pid > 0) current->script = pid;
  int32_t pidfds[2] = {-1, -1};
  long done = pid;
  failed_step = "fork";
  if (pid > 0) {
    failed_step = "open the child's pidfd";
    done = call(__NR_pidfd_open, current->reaper, 0);
    pidfds[0] = static_cast<int32_t>(done);
    if (done >= 0) done = call(__NR_pidfd_open, pid, 0);
    pidfds[1] = static_cast<int32_t>(done);
  }
  if (done >= 0) {
    Answer answer = {Word::Child, current->number, pid, {}, 0, 0};
    send(answer, pidfds, 2);
  } else {
    call(__NR_kill, current->reaper, SIGKILL);
    say(Word::Failed, current->number, -done, failed_step);
  }
  for (const int32_t pidfd : pidfds) {
    if (pidfd >= 0) call(__NR_close, pidfd);
  }
  return 0;
}

// In the child: isolates it for good. Returns 0 or a negative errno; berth_failed_step says where. What is then written
// to descriptor 2 reaches the host, whatever the step was: until the descriptors are placed that is the zygote's.
BERTH_EXPORT long berth_isolate() {
  for (const Step& step : kSteps) {
    failed_step = step.name;
    if (const long done = step.run(); done < 0) {
      call(__NR_dup3, stream(3), 2, 0);  // fails once they are placed
      return done;
    }
  }
  return 0;
}

BERTH_EXPORT const char* berth_failed_step() { return failed_step; }
