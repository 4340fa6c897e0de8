// The names by which advisories call distributions and their releases. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/vet/package.h"

namespace berth::vet {

// Of an ecosystem as OSV writes it, "Debian:12" or "PyPI": that of ours which orders versions as it does. Nothing for
// those that we do not know.
std::optional<Ecosystem> ecosystem_of_osv(std::string_view text);

// Of a distribution, by its os-release: "Debian:12", "Alpine:v3.18", "Rocky Linux:9". Of those that OSV does not have,
// id and version as they stand there: "amzn:2". Empty without an id.
std::string distribution_release(std::string_view id, std::string_view version_id);

// Whether what an advisory says of `told` is said of `asked`: of the same release, of a part or a channel of it
// ("Red Hat:enterprise_linux:9::baseos" of "Red Hat:enterprise_linux:9"), or of all releases ("Debian").
bool is_said_of(std::string_view told, std::string_view asked);

// Where osv.dev has all advisories of the distribution; nothing for those that it does not have.
std::optional<std::string> osv_export_of(std::string_view release);

}  // namespace berth::vet
