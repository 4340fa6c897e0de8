// The public loop design with a minimal driver: what bench/shared_call reads.
//
//     berth_loop_bench JOB CALLS PROCESSES PROGRAM [ARGUMENT...]
//
// Starts PROGRAM so many times, and writes the line in the file JOB to each whenever it has said that it has completed
// the one before. Prints one JSON object, of all calls but the first few.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/quantile.h"
#include "berth/base/clock.h"
#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth {
namespace {

constexpr int kFirst = 20;  // calls that do not count: the interpreter learns in them
constexpr std::string_view kEnd = "\"completed\"";

// A process that reads jobs and writes messages.
class Loop {
 public:
  static Result<Loop> start(const std::vector<std::string>& command) {
    BERTH_TRY(sys::Pipe in, sys::make_pipe());
    BERTH_TRY(sys::Pipe out, sys::make_pipe());
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in.read.get(), 0);
    ::posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
    pid_t pid = 0;
    const int error = ::posix_spawnp(&pid, words.front(), &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return std::unexpected(Error::from_errno(error, fmt::format("start '{}'", command.front())));
    return Loop(pid, std::move(in.write), std::move(out.read));
  }

  Result<void> call(std::string_view job) {
    for (std::size_t at = 0; at < job.size();) {
      const auto put = sys::call([&] { return ::write(in_.get(), job.data() + at, job.size() - at); }, "write a job");
      if (!put) return std::unexpected(put.error());
      at += static_cast<std::size_t>(*put);
    }
    for (std::string said; !(said.contains(kEnd) && said.ends_with('\n'));) {
      std::array<char, 65536> chunk;
      BERTH_TRY(const ssize_t got,
                sys::call([&] { return ::read(out_.get(), chunk.data(), chunk.size()); }, "read what it says"));
      if (got == 0) return fail(Errc::Unavailable, fmt::format("the loop has ended; it said: {}", said));
      said.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return {};
  }

  void end() {
    in_.reset();
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  Loop(pid_t pid, UniqueFd in, UniqueFd out) : pid_(pid), in_(std::move(in)), out_(std::move(out)) {}

  pid_t pid_;
  UniqueFd in_;
  UniqueFd out_;
};

Result<std::vector<double>> drive(Loop& loop, std::string_view job, int calls) {
  std::vector<double> milliseconds;
  for (int i = 0; i < calls; ++i) {
    const std::int64_t begun = monotonic_ns();
    BERTH_CHECK_OK(loop.call(job));
    milliseconds.push_back(static_cast<double>(monotonic_ns() - begun) / 1e6);
  }
  return milliseconds;
}

Result<void> run(const std::string& file, int calls, std::size_t processes, const std::vector<std::string>& command) {
  BERTH_TRY(std::string job, sys::read_file(file, 16 << 20));
  std::vector<Loop> loops;
  for (std::size_t i = 0; i < processes; ++i) {
    BERTH_TRY(Loop loop, Loop::start(command));
    loops.push_back(std::move(loop));
    BERTH_CHECK_OK(drive(loops.back(), job, kFirst));
  }
  std::vector<Result<std::vector<double>>> results(processes);
  const std::int64_t begun = monotonic_ns();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < processes; ++i) {
    threads.emplace_back([&, i] { results[i] = drive(loops[i], job, calls); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = static_cast<double>(monotonic_ns() - begun) / 1e9;
  std::vector<double> all;
  for (auto& result : results) {
    BERTH_TRY(const std::vector<double> one, std::move(result));
    all.insert(all.end(), one.begin(), one.end());
  }
  for (Loop& loop : loops) loop.end();
  fmt::print("{{\"calls\": {}, \"calls_per_second\": {:.1f}, \"p50_ms\": {:.4f}, \"p99_ms\": {:.4f}}}\n", all.size(),
             static_cast<double>(all.size()) / seconds, quantile(all, 0.5), quantile(all, 0.99));
  return {};
}

}  // namespace
}  // namespace berth

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 4) {
    std::fputs("usage: berth_loop_bench JOB CALLS PROCESSES PROGRAM [ARGUMENT...]\n", stderr);
    return 64;
  }
  const auto processes = static_cast<std::size_t>(std::clamp(std::atoi(words[2].c_str()), 1, 64));
  if (auto done = berth::run(words[0], std::atoi(words[1].c_str()), processes, {words.begin() + 3, words.end()}); !done) {
    std::fprintf(stderr, "berth_loop_bench: %s\n", done.error().message().c_str());
    return 1;
  }
  return 0;
}
