// A project's page in HTML, as package indexes without pages in JSON have it (PEP 503). Pure.
#pragma once

#include <string_view>

#include "berth/base/result.h"
#include "berth/vet/project_page.h"

namespace berth::vet {

// The files that its links name, by the last part of their address, with the SHA-256 that stands in it, where METADATA
// lies (PEP 658) and whether they were withdrawn (PEP 592), and the project's status (PEP 792). It tells no times.
// Text, comments, scripts and other tags are passed over. Errors: InvalidInput for what cannot be read for certain: a
// tag, comment or script that does not end, a link with two addresses or with references in it that are not known, a
// NUL, the page of another version of the interface (PEP 629); Exhausted past a bound.
Result<ProjectPage> parse_html_page(std::string_view html);

}  // namespace berth::vet
