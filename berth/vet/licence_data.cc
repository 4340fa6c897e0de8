#include "berth/vet/licence_data.h"

// The assembler takes the files in as they are; cmake/VetData.cmake names their folder.
#define BERTH_LICENCE_DATA(name, file)                                       \
  __asm__(                                                                   \
      ".pushsection .rodata\n"                                               \
      ".global berth_licence_data_" #name                                    \
      "\n"                                                                   \
      ".global berth_licence_data_" #name                                    \
      "_end\n"                                                               \
      "berth_licence_data_" #name ":\n.incbin \"" BERTH_DATA_FOLDER "/" file \
      "\"\n"                                                                 \
      "berth_licence_data_" #name "_end:\n.byte 0\n.popsection\n");          \
  extern "C" const char berth_licence_data_##name[];                         \
  extern "C" const char berth_licence_data_##name##_end[]

BERTH_LICENCE_DATA(licences, "spdx/licences.txt");
BERTH_LICENCE_DATA(exceptions, "spdx/exceptions.txt");
BERTH_LICENCE_DATA(groups, "licence_groups.txt");

namespace berth::vet {

std::string_view spdx_licences_text() { return {berth_licence_data_licences, berth_licence_data_licences_end}; }
std::string_view spdx_exceptions_text() { return {berth_licence_data_exceptions, berth_licence_data_exceptions_end}; }
std::string_view licence_groups_text() { return {berth_licence_data_groups, berth_licence_data_groups_end}; }

}  // namespace berth::vet
