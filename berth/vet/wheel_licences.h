// What a wheel says of its licence, read from its archive without unpacking it into a folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/facts.h"

namespace berth::vet {

// The statements of METADATA and of the licence files beside it. `wheel` is this process's own file: nobody else
// changes it meanwhile. Errors: those of reading; InvalidInput when it is no archive that every reader understands
// alike, or has not exactly one METADATA that can be read; Exhausted past a bound.
Result<std::vector<LicenceStatement>> read_wheel_licences(const std::filesystem::path& wheel);

// The same of a wheel's bytes. Pure.
Result<std::vector<LicenceStatement>> licences_of_wheel(std::string_view bytes, const std::string& name);

}  // namespace berth::vet
