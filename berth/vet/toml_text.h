// TOML as a tree, read without trust: the one way in which the library is used here.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"

// As functions in each file alone, and with results instead of exceptions.
// What it asserts it takes for granted where NDEBUG is set, and malformed keys are not as it asserts: without both it
// goes on to its own error. NOLINTBEGIN(readability-identifier-naming): the library's names
#ifdef NDEBUG
#undef NDEBUG
#endif
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 64
// NOLINTEND(readability-identifier-naming)
#include <toml++/toml.h>

namespace berth::vet {

// `name` is what errors call the text. Letters beyond ASCII are read as `?`. Errors: InvalidInput, with the line;
// Exhausted past kMostLockBytes.
Result<toml::table> parse_toml(std::string_view text, std::string_view name);

// The text at `key`; empty where there is none.
std::string text_of(const toml::table& table, std::string_view key);

// The table at `key`; null where there is none, or no `table`.
const toml::table* table_of(const toml::table* table, std::string_view key);

}  // namespace berth::vet
