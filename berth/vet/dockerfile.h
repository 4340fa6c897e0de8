// A Dockerfile, as its instructions stand there: read without trust, and never run. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::vet {

inline constexpr std::size_t kMostDockerfileBytes = std::size_t{1} << 20;

struct BuildInstruction {
  std::string keyword;                 // in upper case; what ONBUILD puts off stands as itself
  std::vector<std::string> flags;      // "--from=build", in front of the rest
  std::string text;                    // the rest: lines that continue joined, comments left out
  std::vector<std::string> words;      // of the JSON form ["sh", "-c", "..."]; empty for the others
  std::vector<std::string> documents;  // its here-documents
  std::size_t line = 0;                // on which it begins

  friend bool operator==(const BuildInstruction&, const BuildInstruction&) = default;
};

struct Dockerfile {
  std::vector<BuildInstruction> instructions;
};

// Reads what BuildKit's parser takes: comments, the directive `escape`, lines that continue, keywords in any case,
// flags, the JSON form, here-documents. Instructions that are not known are kept. Errors: InvalidInput, with the line,
// for a here-document without an end or a file without FROM; Exhausted past 1 MiB or 10,000 instructions.
Result<Dockerfile> parse_dockerfile(std::string_view text);

}  // namespace berth::vet
