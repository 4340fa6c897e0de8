// The ECMAScript engine (Duktape), for one request at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/dt/arena.h"

struct duk_hthread;

namespace berth::dt {

// What became of a request. The values travel between processes.
enum class Verdict : unsigned char {
  Results = 'R',   // the text is a JSON list, one result for each value
  Thrown = 'E',    // the text is the engine's message
  NoMemory = 'M',  // no text
  TooLarge = 'L',  // no text
  Broken = 'B',    // the process could not be confined; the text says why
};

struct Answer {
  Verdict verdict = Verdict::Broken;
  std::string text;
};

// Owns an arena and in it the engine's heap with the standard library, and nothing else of the machine: no files, no
// modules, no timers. Each request sees the library as it was made.
class Engine {
 public:
  // Errors: Unavailable (no address space).
  static Result<std::unique_ptr<Engine>> make(std::size_t memory_bytes);

  // `request` is what script_request.h writes. Call `reset` before the next one.
  Answer answer(std::string_view request, std::size_t answer_bytes);
  // Forgets all that the last request left behind, its memory included.
  void reset();

 private:
  explicit Engine(std::unique_ptr<Arena> arena) : arena_(std::move(arena)) {}

  std::unique_ptr<Arena> arena_;
  duk_hthread* heap_ = nullptr;  // lies in the arena, and goes with it
};

}  // namespace berth::dt
