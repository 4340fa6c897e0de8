// The job: what the host tells a loop to run (docs/protocol.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"

namespace berth::wire {

// The part of the code that is the same in call after call, compiled for the interpreter, as a file in the container.
struct Prelude {
  std::string path;            // not looked at where a zygote has it
  std::size_t first_line = 1;  // where the rest of the code begins in the whole text, from 1
};

// How the loop waits for an editor before it runs the code, which then comes in parts.
struct Debugger {
  struct Part {
    std::string code;
    std::string file;            // in the container; empty: not the item's own
    std::size_t first_line = 1;  // of that file
  };
  std::string packages;    // folder in the container that holds the package debugpy
  std::uint16_t port = 0;  // of the container's loopback interface
  std::string outside;     // folder of the item's file outside, as editors name it
  std::string inside;      // the same in the container
  std::vector<Part> parts;
};

struct Job {
  std::string code;  // the whole text, common scripts included, or what follows the prelude
  std::optional<Prelude> prelude;
  bool is_ahead = false;             // a zygote has the code already: `code` and `prelude` are not looked at,
  bool replaces_item = false;        // unless it has another item's part: `code` goes in the place of that
  bool learns = false;               // the loop is to say which modules the call has loaded (module_names.h)
  std::optional<Debugger> debugger;  // `code` is not looked at then
  bool integration = false;
  std::string command;  // of an integration; empty for a script
  Json args = Json::object();
  Json params = Json::object();
  Json context = Json::object();  // what `demisto.callingContext` shows under `context`
};

// The line that starts it, with its line feed.
std::string job_line(const Job& job);

}  // namespace berth::wire
