#include "berth/cli/shell_command.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>

#include "berth/cli/commands.h"
#include "berth/cli/raw_terminal.h"
#include "berth/cli/visit_relay.h"
#include "berth/container/kept.h"
#include "berth/container/runtime_folder.h"
#include "berth/container/visit.h"
#include "berth/sys/syscall.h"

namespace berth::cli {
namespace {

Result<UniqueFd> watch_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) ::sigaddset(&signals, signal);
  BERTH_CHECK_OK(sys::check([&] { return ::sigprocmask(SIG_BLOCK, &signals, nullptr); }, "block signals"));
  BERTH_TRY(int fd, sys::call([&] { return ::signalfd(-1, &signals, SFD_CLOEXEC); }, "make a signalfd"));
  return UniqueFd(fd);
}

Result<int> shell(const ShellOptions& options, const Surroundings& surroundings) {
  BERTH_TRY(const auto folder, container::RuntimeFolder::open(surroundings.settings.runtime));
  BERTH_TRY(const auto containers, container::kept_containers(folder));
  BERTH_TRY(const container::KeptContainer kept, container::find_kept(containers, options.container));
  const char* terminal_type = std::getenv("TERM");
  const bool on_terminal = ::isatty(STDIN_FILENO) == 1;
  container::VisitSpec spec{.command = options.command,
                            .terminal = {},
                            .terminal_type = terminal_type != nullptr ? terminal_type : "",
                            .with_tools = options.tools};
  if (on_terminal) spec.terminal = window_size(STDIN_FILENO);
  BERTH_TRY(const UniqueFd signals, watch_signals());
  ::signal(SIGPIPE, SIG_IGN);
  BERTH_TRY(container::Visit visit,
            container::Visit::start(kept, spec).context([&] { return fmt::format("enter container {}", kept.id); }));
  std::optional<RawTerminal> raw;
  if (on_terminal) {
    BERTH_TRY(RawTerminal taken, RawTerminal::take(STDIN_FILENO));
    raw.emplace(std::move(taken));
  }
  BERTH_CHECK_OK(relay(visit, signals.get()));
  return visit.wait();
}

int shell_command(const ShellOptions& options, const Surroundings& surroundings) {
  const auto status = shell(options, surroundings);
  return status ? *status : complain(status.error());
}

}  // namespace

void add_shell(CLI::App& program, Choice& choice) {
  const auto options = std::make_shared<ShellOptions>();
  CLI::App& shell = *program.add_subcommand("shell", "open a shell, or run a program, in a kept container");
  shell
      .add_option("container", options->container,
                  "its id, the beginning of it, or 'last' (berth run --keep, berth ps)")
      ->required();
  shell.add_option("command", options->command, "program and arguments, after --; a shell when there is none");
  shell.add_flag("--tools", options->tools, "add busybox's programs; without, only where the image has no shell");
  // Not in a namespace of an ordinary user's own: from there, one made before cannot be entered.
  shell.callback([options, &choice] {
    choice.run = [options](const Surroundings& surroundings) { return shell_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
