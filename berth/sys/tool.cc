#include "berth/sys/tool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "berth/base/unique_fd.h"
#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

using Clock = std::chrono::steady_clock;

constexpr long kWatchMilliseconds = 250;
constexpr int kEndMilliseconds = 50;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// The last lines of what a tool wrote, on one line, for an error text.
std::string last_words(const std::string& err) {
  constexpr std::size_t kMost = 400;
  std::string text = err.size() > kMost ? "... " + err.substr(err.size() - kMost) : err;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text.empty() ? "it wrote nothing to standard error" : text;
}

// A tool that runs: reads both streams until both end.
class Running {
 public:
  Running(pid_t pid, UniqueFd out, UniqueFd err, ToolEnd end)
      : pid_(pid), out_(std::move(out)), err_(std::move(err)), end_(end) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (pid_ > 0) end();
  }

  Result<ToolOutput> finish(const std::string& name, const ToolOptions& options) {
    const auto deadline = Clock::now() + options.time_limit;
    ToolOutput output;
    std::string line;
    while (out_ || err_) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
      if (left <= 0) {
        return fail(Errc::TimedOut, fmt::format("run {}: it did not end within {} s", name,
                                                std::chrono::duration<double>(options.time_limit).count()));
      }
      if (options.watch) BERTH_CHECK_OK(options.watch());
      const auto pause = static_cast<int>(options.watch ? std::min<long>(left, kWatchMilliseconds) : left);
      std::array<pollfd, 2> polled = {pollfd{out_.get(), POLLIN, 0}, pollfd{err_.get(), POLLIN, 0}};
      BERTH_CHECK_OK(call([&] { return ::poll(polled.data(), polled.size(), pause); }, "poll"));
      if (polled[0].revents != 0) BERTH_CHECK_OK(drain(out_, output.out, name));
      if (polled[1].revents != 0) {
        const std::size_t before = output.err.size();
        BERTH_CHECK_OK(drain(err_, output.err, name));
        if (options.on_line) tell_lines(line, std::string_view(output.err).substr(before), options);
      }
      if (output.out.size() > options.output_limit_bytes || output.err.size() > options.output_limit_bytes) {
        return fail(Errc::Exhausted,
                    fmt::format("run {}: it wrote more than {} bytes", name, options.output_limit_bytes));
      }
    }
    const int status = wait();
    if (WIFEXITED(status)) output.status = WEXITSTATUS(status);
    if (WIFEXITED(status) && (output.status == 0 || options.any_status)) return output;
    const std::string how = WIFEXITED(status) ? fmt::format("exit status {}", WEXITSTATUS(status))
                                              : fmt::format("signal {}", WTERMSIG(status));
    return fail(Errc::Unavailable, fmt::format("run {}: {}: {}", name, how, last_words(output.err)));
  }

 private:
  static Result<void> drain(UniqueFd& from, std::string& into, const std::string& name) {
    std::array<char, 65536> chunk;
    BERTH_TRY(int got, call([&] { return ::read(from.get(), chunk.data(), chunk.size()); }, "read from {}", name));
    if (got == 0) from.reset();
    into.append(chunk.data(), static_cast<std::size_t>(got));
    return {};
  }

  static void tell_lines(std::string& line, std::string_view text, const ToolOptions& options) {
    for (const char c : text) {
      if (c == '\n') {
        options.on_line(line);
        line.clear();
      } else {
        line += c;
      }
    }
  }

  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

  void end() {
    if (end_.signal != 0) ask_to_end();
    ::kill(-pid_, SIGKILL);
    wait();
  }

  // It stays a zombie, so that its number is nobody else's. What it still writes is read, and forgotten: it is not to
  // wait for us.
  void ask_to_end() {
    ::kill(pid_, end_.signal);
    const auto deadline = Clock::now() + end_.grace;
    std::string ignored;
    for (siginfo_t ended = {}; Clock::now() < deadline; ignored.clear()) {
      if (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0)
        break;
      std::array<pollfd, 2> polled = {pollfd{out_.get(), POLLIN, 0}, pollfd{err_.get(), POLLIN, 0}};
      static_cast<void>(::poll(polled.data(), polled.size(), kEndMilliseconds));
      if (polled[0].revents != 0 && !drain(out_, ignored, "a tool")) out_.reset();
      if (polled[1].revents != 0 && !drain(err_, ignored, "a tool")) err_.reset();
    }
  }

  pid_t pid_;
  UniqueFd out_;
  UniqueFd err_;
  ToolEnd end_;
};

}  // namespace

std::optional<std::string> find_program(std::string_view name) {
  const char* given = std::getenv("PATH");
  std::string_view path = given != nullptr ? given : "/usr/sbin:/usr/bin:/sbin:/bin";
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(folder.size() + 1, path.size()));
    std::string file = std::string(folder) + "/" + std::string(name);
    if (folder.starts_with('/') && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return std::nullopt;
}

namespace {

// What a tool reads: all of `input`, which the pipe holds before the tool is there; /dev/null without any.
Result<UniqueFd> prepared_input(const std::string& input) {
  constexpr std::size_t kPipeHolds = 64 << 10;
  if (input.size() > kPipeHolds) return fail(Errc::InvalidInput, "give a tool its input: it is over 64 KiB");
  if (input.empty()) {
    BERTH_TRY(int fd, call([] { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }, "open /dev/null"));
    return UniqueFd(fd);
  }
  BERTH_TRY(Pipe pipe, make_pipe());
  BERTH_CHECK_OK(write_all(pipe.write.get(), input, "a tool's input"));
  return std::move(pipe.read);
}

}  // namespace

Result<ToolOutput> run_tool(const std::vector<std::string>& argv, const ToolOptions& options) {
  const auto env = [](const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return std::string(name) + "=" + (value != nullptr ? value : otherwise);
  };
  std::vector<std::string> arguments = argv;
  std::vector<std::string> environment = {env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), env("HOME", "/root"),
                                          "LANG=C.UTF-8"};
  environment.insert(environment.end(), options.environment.begin(), options.environment.end());
  const std::vector<char*> argument_list = pointers(arguments);
  const std::vector<char*> environment_list = pointers(environment);

  BERTH_TRY(UniqueFd input, prepared_input(options.input));
  BERTH_TRY(Pipe out, make_pipe());
  BERTH_TRY(Pipe err, make_pipe());
  BERTH_TRY(Pipe start, make_pipe());  // carries the errno of execvpe, or closes on success
  const pid_t parent = ::getpid();
  BERTH_TRY(int pid, call([] { return ::fork(); }, "fork for {}", argv[0]));
  if (pid == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    // What this process waits for instead of obeying it at once is no matter of the tool's.
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(input.get(), 0);  // dup2 gives copies without the flag
    ::dup2(out.write.get(), 1);
    ::dup2(err.write.get(), 2);
    ::execvpe(argument_list[0], argument_list.data(), environment_list.data());
    const int error = errno;
    [[maybe_unused]] const auto told = ::write(start.write.get(), &error, sizeof(error));
    ::_exit(127);
  }
  out.write.reset();
  err.write.reset();
  start.write.reset();
  ::setpgid(pid, pid);  // in both, so that neither order leaves it in our group
  Running running(pid, std::move(out.read), std::move(err.read), options.end);
  int error = 0;
  BERTH_TRY(int got, call([&] { return ::read(start.read.get(), &error, sizeof(error)); }, "start {}", argv[0]));
  if (got > 0) return std::unexpected(Error::from_errno(error, fmt::format("start {}", argv[0])));
  return running.finish(argv[0], options);
}

}  // namespace berth::sys
