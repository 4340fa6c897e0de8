// The engine in a process of its own, which has nothing but its channel.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "berth/dt/script.h"

namespace berth::dt {

struct ScriptLimits {
  std::chrono::milliseconds time_limit{1000};  // of one job; it is waited for no longer, and the process killed
  std::size_t memory_bytes = 128u << 20;       // what the engine may allocate for one job
  std::size_t request_bytes = 32u << 20;       // code and values of one job, as JSON
  std::size_t answer_bytes = 16u << 20;        // all results of one job, as JSON
  uid_t become = 65'534;                       // whom the process turns into where it is started by root
};

// Starts the process with the first job, keeps it for the next ones, and replaces one that was killed, has died or has
// used up its processor time. It is this program anew (/proc/self/exe), so `main` must begin with
// serve_as_script_worker; it may be used in a program with threads, by one of them at a time. Nothing is left once this
// is destroyed.
class ScriptWorker : public Script {
 public:
  explicit ScriptWorker(ScriptLimits limits = {});
  ~ScriptWorker() override;

  Result<Json::Array> evaluate(const ScriptJob& job) override;

  // Of the process that is there now. For tests.
  std::optional<pid_t> pid() const;

 private:
  class Process;
  Result<void> have_process();

  ScriptLimits limits_;
  std::unique_ptr<Process> process_;
};

// To be called before anything else in main: returns at once in a program that was not started by ScriptWorker, and
// never in one that was.
void serve_as_script_worker(int argc, char** argv);

}  // namespace berth::dt
