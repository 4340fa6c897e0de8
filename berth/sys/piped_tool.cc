#include "berth/sys/piped_tool.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::sys {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return std::string(name) + "=" + (value != nullptr ? value : otherwise);
}

}  // namespace

Result<PipedTool> start_piped_tool(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                                   const std::filesystem::path& folder, int at_our_end) {
  const auto program = find_program(argv.front());
  if (!program) return fail(Errc::NotFound, fmt::format("start {}: there is no such program on PATH", argv.front()));
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables = {variable("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), variable("HOME", "/root"),
                                        "LANG=C.UTF-8"};
  variables.insert(variables.end(), environment.begin(), environment.end());
  const std::vector<char*> argument_list = pointers(arguments);
  const std::vector<char*> variable_list = pointers(variables);
  BERTH_TRY(Pipe in, make_pipe());
  BERTH_TRY(Pipe out, make_pipe());
  BERTH_TRY(Pipe err, make_pipe());
  BERTH_TRY(int self, call([] { return ::syscall(SYS_pidfd_open, ::getpid(), 0); }, "pidfd_open"));
  const UniqueFd host(self);
  const auto body = [&]() -> int {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, at_our_end, 0, 0, 0);
    // Who would have to die for the signal may have died already.
    pollfd starter = {host.get(), POLLIN, 0};
    if (::poll(&starter, 1, 0) != 0) return 1;
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
    // Pipes made here have numbers above those of the standard streams, which this program has.
    if (::chdir(folder.c_str()) != 0) return 127;
    ::dup2(in.read.get(), 0);
    ::dup2(out.write.get(), 1);
    ::dup2(err.write.get(), 2);
    ::syscall(SYS_close_range, 3, ~0u, 0);
    ::execve(program->c_str(), argument_list.data(), variable_list.data());
    return 127;
  };
  BERTH_TRY(Child process,
            Child::start(0, std::nullopt, body).context([&] { return fmt::format("start {}", argv.front()); }));
  return PipedTool{std::move(process), std::move(in.write), std::move(out.read), std::move(err.read)};
}

}  // namespace berth::sys
