#include "berth/vet/built_in_data.h"

#include "berth/base/embed.h"

BERTH_EMBED(popular_names, BERTH_DATA_FOLDER "/popular_names.txt");
BERTH_EMBED(malicious_names, BERTH_DATA_FOLDER "/malicious_names.txt");
BERTH_EMBED(module_names, BERTH_DATA_FOLDER "/module_names.txt");
BERTH_EMBED(licence_texts, BERTH_DATA_FOLDER "/licence_texts.bin");
BERTH_EMBED(advisories, BERTH_DATA_FOLDER "/start_advisories.bin");
BERTH_EMBED(spdx_licences, BERTH_DATA_FOLDER "/spdx/licences.txt");
BERTH_EMBED(spdx_exceptions, BERTH_DATA_FOLDER "/spdx/exceptions.txt");
BERTH_EMBED(licence_groups, BERTH_DATA_FOLDER "/licence_groups.txt");
BERTH_EMBED(python2_approvals, BERTH_DATA_FOLDER "/python2_approvals.yaml");

namespace berth::vet {

std::string_view built_in_popular_names() { return {berth_embedded_popular_names, berth_embedded_popular_names_end}; }
std::string_view built_in_malicious_names() {
  return {berth_embedded_malicious_names, berth_embedded_malicious_names_end};
}
std::string_view built_in_module_names() { return {berth_embedded_module_names, berth_embedded_module_names_end}; }
std::string_view built_in_licence_texts() { return {berth_embedded_licence_texts, berth_embedded_licence_texts_end}; }
std::string_view built_in_advisories() { return {berth_embedded_advisories, berth_embedded_advisories_end}; }
std::string_view spdx_licences_text() { return {berth_embedded_spdx_licences, berth_embedded_spdx_licences_end}; }
std::string_view spdx_exceptions_text() { return {berth_embedded_spdx_exceptions, berth_embedded_spdx_exceptions_end}; }
std::string_view licence_groups_text() { return {berth_embedded_licence_groups, berth_embedded_licence_groups_end}; }
std::string_view python2_approvals_text() {
  return {berth_embedded_python2_approvals, berth_embedded_python2_approvals_end};
}

}  // namespace berth::vet
