#include "berth/container/fork_library.h"

// The assembler takes the file in as it is; the build names it and rebuilds this file when it changes.
__asm__(
    ".pushsection .rodata\n"
    ".global berth_fork_library\n"
    ".global berth_fork_library_end\n"
    "berth_fork_library:\n"
    ".incbin \"" BERTH_FORK_LIBRARY_FILE
    "\"\n"
    "berth_fork_library_end:\n.byte 0\n.popsection\n");
extern "C" const char berth_fork_library[];
extern "C" const char berth_fork_library_end[];

namespace berth::container {

std::string_view fork_library() { return {berth_fork_library, berth_fork_library_end}; }

}  // namespace berth::container
