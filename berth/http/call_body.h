// What the body of `POST /v1/run` and `POST /v1/exec` asks for (docs/serve.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/assignment.h"

namespace berth::http {

// The item of a run: one of the three.
struct AskedItem {
  std::string path;                       // with `descriptor`, which shows that the client sees the same thing there
  std::optional<std::size_t> descriptor;  // which of those that came along
  std::string name;                       // of a registered item
  std::optional<std::string> code;        // of a Python script
  std::string label;                      // what errors call it
};

struct AskedFile {
  std::string name;
  std::size_t descriptor = 0;
};

// Texts are those of the command line's options, so that both are read by the same rules.
struct CallBody {
  AskedItem item;    // of a run
  std::string line;  // of an exec
  std::string command;
  std::vector<std::string> arguments;
  std::vector<content::Assignment> parameters;
  Json parameters_file;  // object, or null
  std::string image;
  std::string timeout;
  std::string memory;
  std::string cpus;
  std::string pids;
  std::string network;
  bool allow_unlimited = false;
  bool debug = false;
  bool poll = false;
  bool trace = false;
  bool files_wanted = false;  // the bytes of files in the answer, as events
  std::string investigation;
  Json incident;  // object, or null
  Json context;
  std::vector<AskedFile> files;
  std::vector<std::string> events;  // "frame", "entry", "log"
  std::string settings;             // the client's own fingerprint; empty: those of the daemon, whatever they are
  std::int64_t begun_ns = 0;        // when the client began, for the trace

  bool wants(std::string_view event) const;
};

enum class Verb { Run, Exec };

// Reads it. `descriptors` is how many came along. Keys that are not known are errors, with a suggestion. Pure.
// Errors: InvalidInput, with the key.
Result<CallBody> parse_call_body(Verb verb, std::string_view text, std::size_t descriptors);

// The body of `POST /v1/pool/reset`: the item that is meant, or none for all. Pure. Errors: InvalidInput.
Result<std::optional<std::string>> parse_reset_body(std::string_view text);

}  // namespace berth::http
