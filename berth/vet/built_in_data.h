// What the program knows from the start (data/): each text begins with its source and date.
#pragma once

#include <string_view>

namespace berth::vet {

std::string_view built_in_popular_names();
std::string_view built_in_malicious_names();
std::string_view built_in_module_names();
std::string_view built_in_licence_texts();
std::string_view built_in_advisories();  // a file of advisories (advisory_file.h), packed by gzip
std::string_view spdx_licences_text();
std::string_view spdx_exceptions_text();
std::string_view licence_groups_text();
std::string_view python2_approvals_text();  // of the libraries of the Python 2 base image

}  // namespace berth::vet
