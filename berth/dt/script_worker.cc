#include "berth/dt/script_worker.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "berth/dt/script_arguments.h"
#include "berth/dt/script_channel.h"
#include "berth/dt/script_request.h"
#include "berth/sys/child.h"
#include "berth/sys/own_program.h"

namespace berth::dt {

// One process and our end of its channel.
class ScriptWorker::Process {
 public:
  static Result<std::unique_ptr<Process>> start(const ScriptLimits& limits) {
    BERTH_TRY(ChannelEnds channel, make_channel());
    BERTH_TRY(sys::Child child,
              sys::start_own_program({"berth", kScriptWorkerArgument, to_string(limits)}, channel.theirs.get()));
    return std::unique_ptr<Process>(new Process(std::move(child), std::move(channel.ours)));
  }

  Result<Answer> ask(std::string_view request, const ScriptLimits& limits) {
    const Deadline deadline = std::chrono::steady_clock::now() + limits.time_limit;
    BERTH_CHECK_OK(send_request(channel_.get(), request, deadline));
    return receive_answer(channel_.get(), limits.answer_bytes, deadline);
  }

  bool has_ended() const {
    pollfd polled = {child_.pidfd(), POLLIN, 0};
    return ::poll(&polled, 1, 0) != 0;
  }

  // Why a process ended that should not have. To be called once, after it has.
  std::string ending() {
    const auto killed = child_.kill(SIGKILL);
    const auto ended = killed ? child_.wait() : Result<sys::Ending>(std::unexpected(killed.error()));
    if (!ended) return ended.error().message();
    if (WIFSIGNALED(ended->status)) return fmt::format("its process ended by signal {}", WTERMSIG(ended->status));
    return fmt::format("its process ended with status {}", WEXITSTATUS(ended->status));
  }

  pid_t pid() const { return child_.pid(); }

 private:
  Process(sys::Child child, UniqueFd channel) : child_(std::move(child)), channel_(std::move(channel)) {}

  sys::Child child_;
  UniqueFd channel_;
};

ScriptWorker::ScriptWorker(ScriptLimits limits) : limits_(limits) {}
ScriptWorker::~ScriptWorker() = default;

std::optional<pid_t> ScriptWorker::pid() const {
  return process_ != nullptr ? std::optional(process_->pid()) : std::nullopt;
}

Result<void> ScriptWorker::have_process() {
  if (process_ != nullptr && process_->has_ended()) process_.reset();
  if (process_ != nullptr) return {};
  BERTH_TRY(process_, Process::start(limits_));
  return {};
}

Result<Json::Array> ScriptWorker::evaluate(const ScriptJob& job) {
  BERTH_TRY(const std::string request, to_request(job, limits_.request_bytes));
  const auto doing = [&] { return describe(job); };
  for (bool is_fresh = false;;) {
    is_fresh = is_fresh || process_ == nullptr;
    BERTH_CHECK_OK(have_process().context(doing));
    Result<Answer> answer = process_->ask(request, limits_);
    if (answer) {
      if (answer->verdict == Verdict::Broken) process_.reset();
      return read_answer(*std::move(answer), job);
    }
    // Whatever it was, what is left in the channel is not for the next job.
    Error error = std::move(answer).error();
    if (error.code() == Errc::Unavailable) error = Error(Errc::Unavailable, process_->ending());
    process_.reset();
    // One that had served before may have been ended between two jobs, or have used up its processor time.
    if (is_fresh || error.code() != Errc::Unavailable) return std::unexpected(std::move(error).in(doing()));
  }
}

}  // namespace berth::dt
