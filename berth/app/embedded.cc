#include "berth/app/embedded.h"

// The assembler takes the files in as they are; the build names them and rebuilds this file when they change.
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

BERTH_EMBED(loop, BERTH_LOOP_FILE);
BERTH_EMBED(common, BERTH_COMMON_FILE);
BERTH_EMBED(zygote, BERTH_ZYGOTE_FILE);

namespace berth::app {

std::string_view embedded_loop() { return {berth_embedded_loop, berth_embedded_loop_end}; }
std::string_view embedded_zygote() { return {berth_embedded_zygote, berth_embedded_zygote_end}; }
std::string_view embedded_common() { return {berth_embedded_common, berth_embedded_common_end}; }

}  // namespace berth::app
