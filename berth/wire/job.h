// The job: what the host tells a loop to run (docs/protocol.md).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "berth/base/json.h"

namespace berth::wire {

// The part of the code that is the same in call after call, compiled for the interpreter, as a file in the container.
struct Prelude {
  std::string path;
  std::size_t first_line = 1;  // where the rest of the code begins in the whole text, from 1
};

struct Job {
  std::string code;  // the whole text, common scripts included, or what follows the prelude
  std::optional<Prelude> prelude;
  bool integration = false;
  std::string command;  // of an integration; empty for a script
  Json args = Json::object();
  Json params = Json::object();
  Json context = Json::object();  // what `demisto.callingContext` shows under `context`
};

// The line that starts it, with its line feed.
std::string job_line(const Job& job);

}  // namespace berth::wire
