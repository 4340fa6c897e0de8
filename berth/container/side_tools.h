// Programs for a look into a container whose image has none: a static busybox, under the names of its parts.
#pragma once

#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::container {

constexpr const char* kToolsFolder = "/run/berth/tools";  // in a container; empty but for those who come to look

struct SideTools {
  std::string program;             // the bytes of busybox
  std::vector<std::string> names;  // what it can be called as: "sh", "ls", ...
};

// Reads this machine's busybox (found on PATH) and asks it for its names. Errors: NotFound, with the package;
// InvalidInput when it needs libraries, which an image need not have.
Result<SideTools> read_side_tools();

// Whether the program `elf` starts without a dynamic linker. Pure. Bytes that are no program for 64 bits do not.
bool is_static_program(std::string_view elf);

// A read-only mount with a copy of the program and links to it; gone with its last user. Nothing of this machine's own
// files is in it.
Result<UniqueFd> make_tools_mount(const SideTools& tools);

}  // namespace berth::container
