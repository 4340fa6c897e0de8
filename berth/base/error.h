// What went wrong, in a form a caller can act on and a user can read.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace berth {

// What a caller can act on. Add a value only when some caller branches on it.
enum class Errc {
  InvalidInput,  // the request is wrong; retrying it unchanged will fail again
  NotFound,
  AlreadyExists,  // e.g. a published tag, which is never overwritten
  Conflict,       // what is stored has changed since the request was made: read it again, then retry
  Denied,         // the kernel or our own policy said no
  TimedOut,
  Exhausted,    // a limit of ours was hit: frame size, id ranges, disk quota
  Unavailable,  // a feature of the kernel, a tool or another machine is missing or down
  Corrupt,      // bytes on disk or on the wire break their own rules
  Internal,     // a bug here
};

// Text reads from the outermost action to the cause: "run script 'x': mount proc on /proc: Operation not permitted".
// Lower case, no full stop, never a secret.
class Error {
 public:
  Error(Errc code, std::string message) : code_(code), message_(std::move(message)) {}

  // `err` is an errno value, read by the caller before any other call.
  static Error from_errno(int err, std::string_view doing);

  Errc code() const { return code_; }
  int os_error() const { return os_error_; }  // errno value, or 0
  const std::string& message() const { return message_; }

  // Puts "context: " in front of the message. Outermost action comes first.
  Error in(std::string_view context) &&;

 private:
  Errc code_;
  int os_error_ = 0;
  std::string message_;
};

// Stops the program with `what` on standard error: for what no input, kernel answer or peer can cause.
[[noreturn]] void assertion_failed(const char* what, const char* file, int line);

}  // namespace berth

#define BERTH_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::berth::assertion_failed(#condition, __FILE__, __LINE__))
