// The worker's own side: this program, started anew for nothing but the engine.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstring>

#include "berth/dt/engine.h"
#include "berth/dt/script_arguments.h"
#include "berth/dt/script_channel.h"
#include "berth/dt/script_syscalls.h"
#include "berth/dt/script_worker.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/privileges.h"
#include "berth/sys/syscall.h"

namespace berth::dt {
namespace {

constexpr int kChannel = 0;
constexpr rlim_t kCpuSeconds = 600;        // of all jobs together; the next one then starts a new worker
constexpr rlim_t kOtherBytes = 64u << 20;  // the program itself, its stack and buffers
constexpr rlim_t kStackBytes = 8u << 20;   // the engine's own bounds on recursion need less than half

Result<void> limit(int resource, rlim_t most) {
  const rlimit both = {most, most};
  return sys::check([&] { return ::setrlimit(static_cast<__rlimit_resource_t>(resource), &both); }, "setrlimit {}",
                    resource);
}

Result<void> limit_resources(const ScriptLimits& limits) {
  BERTH_CHECK_OK(limit(RLIMIT_CORE, 0));
  BERTH_CHECK_OK(limit(RLIMIT_FSIZE, 0));
  BERTH_CHECK_OK(limit(RLIMIT_NOFILE, kChannel + 1));
  BERTH_CHECK_OK(limit(RLIMIT_NPROC, 0));
  BERTH_CHECK_OK(limit(RLIMIT_CPU, kCpuSeconds));
  BERTH_CHECK_OK(limit(RLIMIT_STACK, kStackBytes));
  if (kHasShadowMemory) return {};
  return limit(RLIMIT_AS, kOtherBytes + limits.memory_bytes + 2 * limits.request_bytes + 2 * limits.answer_bytes);
}

// From here on nothing of the machine is within reach but the channel.
Result<void> confine(const ScriptLimits& limits) {
  sys::close_all_but({kChannel});
  if (::geteuid() == 0) {
    BERTH_CHECK_OK(sys::drop_bounding_set());
    BERTH_CHECK_OK(sys::become_user(limits.become, limits.become));
  }
  BERTH_CHECK_OK(sys::clear_capabilities());
  BERTH_CHECK_OK(sys::forbid_new_privileges());
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }, "forbid tracing"));
  BERTH_CHECK_OK(limit_resources(limits));
  return sys::load_filter(sys::compile_filter(script_worker_syscalls()));
}

// Whoever started us ends what takes too long; should they be gone, the alarm does. 0 takes it back.
void set_alarm(std::chrono::milliseconds after) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(after);
  const itimerval value = {{0, 0}, {seconds.count(), 0}};
  ::setitimer(ITIMER_REAL, &value, nullptr);
}

void serve(Engine& engine, const ScriptLimits& limits) {
  for (;;) {
    const auto request = read_request(kChannel, limits.request_bytes);
    if (!request) return;
    set_alarm(limits.time_limit + std::chrono::seconds(2));
    const Answer answer = engine.answer(*request, limits.answer_bytes);
    if (!write_answer(kChannel, answer)) return;
    engine.reset();
    set_alarm(std::chrono::milliseconds(0));
  }
}

[[noreturn]] void end() {
  // Not _exit(2): in front of what does not return, sanitizers put system calls of their own.
  for (;;) ::syscall(SYS_exit_group, 0);
}

}  // namespace

void serve_as_script_worker(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], kScriptWorkerArgument) != 0) return;
  ::prctl(PR_SET_NAME, "berth-script", 0, 0, 0);
  const auto limits = parse_script_limits(argv[2]);
  if (!limits) end();
  auto confined = confine(*limits);
  auto engine = confined ? Engine::make(limits->memory_bytes) : std::unexpected(confined.error());
  if (engine) {
    serve(**engine, *limits);
  } else if (read_request(kChannel, limits->request_bytes)) {
    [[maybe_unused]] const auto told = write_answer(kChannel, {Verdict::Broken, engine.error().message()});
  }
  end();
}

}  // namespace berth::dt
