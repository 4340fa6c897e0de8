#include "berth/container/fork_library.h"

// The assembler takes the file in as it is; the build names it and rebuilds this file when it changes.
__asm__(
    ".pushsection .rodata\n"
    ".global kForkLibrary\n"
    ".global kForkLibraryEnd\n"
    "kForkLibrary:\n"
    ".incbin \"" BERTH_FORK_LIBRARY_FILE
    "\"\n"
    "kForkLibraryEnd:\n.byte 0\n.popsection\n");
extern "C" const char kForkLibrary[];
extern "C" const char kForkLibraryEnd[];

namespace berth::container {

std::string_view fork_library() { return {kForkLibrary, kForkLibraryEnd}; }

}  // namespace berth::container
