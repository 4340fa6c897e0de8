#include "berth/vet/built_in_data.h"

// The assembler takes the files in as they are; the build names them and rebuilds this file when they change.
#define BERTH_VET_DATA(name, file)                                  \
  __asm__(                                                          \
      ".pushsection .rodata\n"                                      \
      ".global berth_vet_" #name                                    \
      "\n"                                                          \
      ".global berth_vet_" #name                                    \
      "_end\n"                                                      \
      "berth_vet_" #name ":\n.incbin \"" BERTH_DATA_FOLDER "/" file \
      "\"\n"                                                        \
      "berth_vet_" #name "_end:\n.byte 0\n.popsection\n");          \
  extern "C" const char berth_vet_##name[];                         \
  extern "C" const char berth_vet_##name##_end[]

BERTH_VET_DATA(popular_names, "popular_names.txt");
BERTH_VET_DATA(malicious_names, "malicious_names.txt");
BERTH_VET_DATA(module_names, "module_names.txt");
BERTH_VET_DATA(licence_texts, "licence_texts.bin");
BERTH_VET_DATA(advisories, "start_advisories.bin");
BERTH_VET_DATA(spdx_licences, "spdx/licences.txt");
BERTH_VET_DATA(spdx_exceptions, "spdx/exceptions.txt");
BERTH_VET_DATA(licence_groups, "licence_groups.txt");

namespace berth::vet {

std::string_view built_in_popular_names() { return {berth_vet_popular_names, berth_vet_popular_names_end}; }
std::string_view built_in_malicious_names() { return {berth_vet_malicious_names, berth_vet_malicious_names_end}; }
std::string_view built_in_module_names() { return {berth_vet_module_names, berth_vet_module_names_end}; }
std::string_view built_in_licence_texts() { return {berth_vet_licence_texts, berth_vet_licence_texts_end}; }
std::string_view built_in_advisories() { return {berth_vet_advisories, berth_vet_advisories_end}; }
std::string_view spdx_licences_text() { return {berth_vet_spdx_licences, berth_vet_spdx_licences_end}; }
std::string_view spdx_exceptions_text() { return {berth_vet_spdx_exceptions, berth_vet_spdx_exceptions_end}; }
std::string_view licence_groups_text() { return {berth_vet_licence_groups, berth_vet_licence_groups_end}; }

}  // namespace berth::vet
