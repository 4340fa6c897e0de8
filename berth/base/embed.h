// Files as part of the program.
#pragma once

// Takes a file in as it is, between `berth_embedded_NAME` and `berth_embedded_NAME_end`, a zero byte behind it. The
// assembler reads it, so the build names the file (OBJECT_DEPENDS) to be run again when it changes. In one source file
// alone, outside of namespaces.
#define BERTH_EMBED(name, file)                                 \
  __asm__(                                                      \
      ".pushsection .rodata\n"                                  \
      ".global berth_embedded_" #name                           \
      "\n"                                                      \
      ".global berth_embedded_" #name                           \
      "_end\n"                                                  \
      "berth_embedded_" #name ":\n.incbin \"" file              \
      "\"\n"                                                    \
      "berth_embedded_" #name "_end:\n.byte 0\n.popsection\n"); \
  extern "C" const char berth_embedded_##name[];                \
  extern "C" const char berth_embedded_##name##_end[]
