// The first process of a container that Docker or Podman made for a call: starts the interpreter once the host says so,
// reaps, and ends with the host.
//
// Freestanding, a static program of raw system calls: it starts in images of any kind, and runs no byte of them. Frames
// arrive and leave on descriptors 0 and 1, as such an engine connects them; the interpreter gets them as 3 and 4, an
// empty 0, and what it prints to 1 goes where 2 does. So what is printed is never a frame.
//
// What it knows of the script's end it keeps as the kernel does: the script's process is left a zombie, whose status the
// host reads. Nobody in the container can end this process, or look into it.
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/signal.h>
#include <linux/wait.h>

#include <initializer_list>

#include "berth/container/first_plan.h"
#include "loop/raw_call.h"

using namespace berth::first;

namespace {

constexpr int kSetLock = 6;       // F_SETLK
constexpr int kDuplicate = 1030;  // F_DUPFD_CLOEXEC
constexpr int kCloseOnExec = 02000000;
constexpr int kReadWrite = 2;
constexpr int kReport = 64;  // in the child, above all that the interpreter gets
constexpr short kHangUp = 0x10 | 0x08;  // POLLHUP, POLLERR

struct Lock {  // struct flock
  short type;
  short whence;
  long start;
  long length;
  int pid;
};

struct Polled {  // struct pollfd
  int fd;
  short events;
  short came;
};

struct Information {  // siginfo_t, as far as waitid fills it in
  int signal;
  int error;
  int code;
  int padding;
  int pid;
  char rest[108];
};

// One group of texts, as execve wants them.
struct Group {
  char* texts[kMostTexts + 1];
  unsigned count;
};

char plan[kMostPlanBytes + 1];
Group programs;
Group arguments;  // the first is the program's own path
Group environment;

[[noreturn]] void end(int status) {
  for (;;) call(__NR_exit_group, status);
}

bool read_plan() {
  const long file = call(__NR_openat, AT_FDCWD, address(kPlanFile), kCloseOnExec);
  if (file < 0) return false;
  unsigned long size = 0;
  for (;;) {
    const long got = call(__NR_read, file, address(plan + size), kMostPlanBytes - size);
    if (got == -EINTR) continue;
    if (got < 0 || size + static_cast<unsigned long>(got) >= kMostPlanBytes) return false;
    if (got == 0) break;
    size += static_cast<unsigned long>(got);
  }
  call(__NR_close, file);
  plan[size] = 0;  // a text that is cut off ends here
  arguments.count = 1;
  char* at = plan;
  for (Group* group : {&programs, &arguments, &environment}) {
    for (; at < plan + size && *at != 0; ++at) {
      if (group->count == kMostTexts) return false;
      group->texts[group->count++] = at;
      while (*at != 0) ++at;
    }
    ++at;
    group->texts[group->count] = nullptr;
  }
  return programs.count > 0;
}

// The kernel tells the host whose lock it is, in the numbers that processes have there.
bool take_lock() {
  const long file = call(__NR_openat, AT_FDCWD, address(kLockFile), kCloseOnExec);
  Lock lock = {0 /* F_RDLCK */, 0, 0, 0, 0};
  return file >= 0 && call(__NR_fcntl, file, kSetLock, address(&lock)) == 0;
}

void say(int to, const void* bytes, unsigned long size) {
  while (call(__NR_write, to, address(bytes), static_cast<long>(size)) == -EINTR) {
  }
}

// Byte by byte: what follows is the interpreter's.
bool wait_for_go() {
  for (unsigned at = 0; at + 1 < sizeof kGo;) {
    char byte = 0;
    const long got = call(__NR_read, 0, address(&byte), 1);
    if (got == -EINTR) continue;
    if (got != 1 || byte != kGo[at]) return false;
    ++at;
  }
  return true;
}

[[noreturn]] void fail_in_child(long error) {
  const int value = static_cast<int>(-error);
  say(kReport, &value, sizeof value);
  end(1);
}

[[noreturn]] void become_interpreter(int go, int report) {
  call(__NR_dup3, report, kReport, kCloseOnExec);
  char byte = 0;
  long got;
  do got = call(__NR_read, go, address(&byte), 1);
  while (got == -EINTR);
  if (got != 1) end(1);
  const long in = call(__NR_fcntl, 0, kDuplicate, kReport + 1);
  const long out = call(__NR_fcntl, 1, kDuplicate, kReport + 1);
  const long null = call(__NR_openat, AT_FDCWD, address("/dev/null"), kReadWrite | kCloseOnExec);
  const long null_copy = call(__NR_fcntl, null, kDuplicate, kReport + 1);
  for (const long fd : {in, out, null, null_copy}) {
    if (fd < 0) fail_in_child(fd);
  }
  const long placed[] = {call(__NR_dup3, in, 3, 0), call(__NR_dup3, out, 4, 0), call(__NR_dup3, null_copy, 0, 0),
                         call(__NR_dup3, 2, 1, 0), call(__NR_close_range, 5, kReport - 1, 0),
                         call(__NR_close_range, kReport + 1, ~0u, 0)};
  for (const long done : placed) {
    if (done < 0) fail_in_child(done);
  }
  call(__NR_setsid);
  call(__NR_umask, 022);
  const uint64_t none = 0;
  call(__NR_rt_sigprocmask, SIG_SETMASK, address(&none), 0, 8);
  if (const long done = call(__NR_chdir, address("/work")); done < 0) fail_in_child(done);
  long worst = -ENOENT;
  for (unsigned i = 0; i < programs.count; ++i) {
    arguments.texts[0] = programs.texts[i];
    const long error = call(__NR_execve, address(programs.texts[i]), address(arguments.texts), address(environment.texts));
    if (error != -ENOENT && error != -ENOTDIR) worst = error;
  }
  fail_in_child(worst);
}

// Reaps what ends, but for the script's own process, whose status the host reads. Whether that has ended.
bool reap(long script) {
  for (;;) {
    Information ended = {};
    const long seen =
        call(__NR_waitid, 0 /* P_ALL */, 0, address(&ended), WEXITED | WNOHANG | WNOWAIT | __WALL, 0);
    if (seen < 0 || ended.pid == 0) return false;
    if (ended.pid == script) return true;
    call(__NR_wait4, ended.pid, 0, WNOHANG | __WALL, 0);
  }
}

[[noreturn]] void serve(long script, int signals) {
  bool has_ended = false;
  for (;;) {
    has_ended = has_ended || reap(script);
    Polled polled[] = {{0, 0, 0}, {has_ended ? -1 : signals, 1 /* POLLIN */, 0}};
    call(__NR_ppoll, address(polled), 2, 0, 0, 8);
    if ((polled[0].came & kHangUp) != 0) end(kHostIsGone);
    char told[128];
    if (polled[1].came != 0) call(__NR_read, signals, address(told), sizeof told);
  }
}

[[noreturn]] void run() {
  // First: what the script's user could do to a process of its own it cannot do to this one.
  call(__NR_prctl, PR_SET_DUMPABLE, 0);
  call(__NR_prctl, PR_SET_NAME, address(kNameBefore));
  int go[2];
  int report[2];
  if (!read_plan() || !take_lock() || call(__NR_pipe2, address(go), kCloseOnExec) < 0 ||
      call(__NR_pipe2, address(report), kCloseOnExec) < 0) {
    end(kNoPlan);
  }
  const uint64_t child_ended = uint64_t{1} << (SIGCHLD - 1);
  call(__NR_rt_sigprocmask, SIG_BLOCK, address(&child_ended), 0, 8);
  const long signals = call(__NR_signalfd4, -1, address(&child_ended), 8, kCloseOnExec);
  // Before the host says go, so that it knows who will be the script.
  const long script = call(__NR_clone, SIGCHLD, 0, 0, 0, 0);
  if (script == 0) become_interpreter(go[0], report[1]);
  if (script < 0 || signals < 0) end(kNotStarted);
  call(__NR_close, report[1]);
  say(1, kHere, sizeof kHere - 1);
  if (!wait_for_go()) end(kHostIsGone);
  say(go[1], "g", 1);
  int error = 0;
  long got;
  do got = call(__NR_read, report[0], address(&error), sizeof error);
  while (got == -EINTR);
  if (got > 0) end(error == ENOENT ? kNoInterpreter : kNotStarted);
  call(__NR_prctl, PR_SET_NAME, address(kNameAfter));
  // The script's ends of the streams close with the script.
  call(__NR_close_range, 1, 2, 0);
  serve(script, static_cast<int>(signals));
}

}  // namespace

// The stack is aligned as a call leaves it.
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tand $-16, %rsp\n\tcall berth_first\n\tud2\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x29, xzr\n\tbl berth_first\n\tbrk #1\n");
#endif
extern "C" [[noreturn]] __attribute__((used)) void berth_first() { run(); }
