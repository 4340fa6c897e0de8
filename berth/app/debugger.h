// A call that waits for an editor: what goes into the container for it, and how the item's code is given to the loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/launch_spec.h"
#include "berth/content/code_assembly.h"
#include "berth/content/item.h"
#include "berth/wire/job.h"

namespace berth::app {

// Somebody thinks between two steps.
constexpr std::chrono::hours kDebugTime{8};

// Reads the package debugpy below `folder` (links in it are followed, compiled code is left out), to lie in
// kFixedFolder/debugger. Errors: NotFound, with the package of the distribution; Exhausted where it is far too large.
Result<std::vector<container::FixedFile>> read_debugpy(const std::filesystem::path& folder);

// Puts debugpy, the loop and the item's own file into `spec`, and the code into `job`, so that the item's lines are
// those of its file. Errors: InvalidInput for an item whose code lies in no Python file, or is Python 2.
Result<void> put_debugger(std::uint16_t port, std::vector<container::FixedFile> debugpy, const content::Item& item,
                          const content::AssembledCode& code, container::LaunchSpec& spec, wire::Job& job);

}  // namespace berth::app
