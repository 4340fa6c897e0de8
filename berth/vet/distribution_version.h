// Versions of distributions' packages, ordered as the distributions' own tools do. Pure.
#pragma once

#include <compare>
#include <string_view>

#include "berth/vet/package.h"

namespace berth::vet {

// [epoch:]upstream[-revision], as `dpkg --compare-versions` orders them; `~` comes before everything, the end too.
std::weak_ordering compare_debian(std::string_view a, std::string_view b);

// [epoch:]version[-release], as rpm orders them; `~` comes before everything, `^` after the end alone.
std::weak_ordering compare_rpm(std::string_view a, std::string_view b);

// By the rules of the ecosystem (apk_version.h for Alpine). Of PyPI: versions that PEP 440 cannot read come before all
// that it can, ordered by their bytes.
std::weak_ordering compare_versions(Ecosystem ecosystem, std::string_view a, std::string_view b);

// Whether the ecosystem's tools would take this as a version.
bool is_valid_version(Ecosystem ecosystem, std::string_view version);

}  // namespace berth::vet
