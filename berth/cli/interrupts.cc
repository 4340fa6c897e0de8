#include "berth/cli/interrupts.h"

#include <signal.h>
#include <sys/signalfd.h>

#include "berth/cli/commands.h"
#include "berth/engine/outcome.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::cli {

Result<UniqueFd> watch_interrupts() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, signal);
  BERTH_CHECK_OK(sys::check([&] { return ::sigprocmask(SIG_BLOCK, &signals, nullptr); }, "block signals"));
  BERTH_TRY(int fd, sys::call([&] { return ::signalfd(-1, &signals, SFD_CLOEXEC); }, "make a signalfd"));
  return UniqueFd(fd);
}

int with_interrupts(const std::function<int(int descriptor)>& work) {
  const auto interrupts = watch_interrupts();
  if (!interrupts) return complain(interrupts.error());
  const sys::InterruptScope scope(interrupts->get());
  const int status = work(interrupts->get());
  const bool was_interrupted = status != 0 && sys::is_readable(interrupts->get());
  return was_interrupted ? engine::exit_code_of(engine::Cause::Interrupted) : status;
}

}  // namespace berth::cli
