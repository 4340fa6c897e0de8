// Where in a file something is that a check has found.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace berth::app {

// The line in an error that reads "...FILE:LINE:COLUMN: ..."; 0 when it names none. For showing, not for deciding.
std::uint32_t line_in_error(std::string_view error, const std::filesystem::path& file);

// The line of the key at `way` ("script.commands[2].arguments") in the YAML `file`: of the nearest part of the way that
// is there, 1 where none is; 0 when the file cannot be read or is no YAML.
std::uint32_t line_of_key(const std::filesystem::path& file, std::string_view way);

// Whether the file is YAML that describes an item, its code aside.
bool is_readable_yaml(const std::filesystem::path& file);

}  // namespace berth::app
