// One integration parameter's value, typed as code expects it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/assignment.h"
#include "berth/content/item.h"

namespace berth::content {

// Whether it has a value at all: titles, links and placeholders have none.
bool has_value(const Parameter& parameter);

// Whether the whole value is secret.
bool is_secret(const Parameter& parameter);

// What true, false, yes and no mean, in any case; empty for any other word.
std::optional<bool> boolean_of(std::string_view word);

// What code sees when nothing is given and there is no default.
Json empty_value(const Parameter& parameter);

// Whether `value` counts as not given where the parameter is required.
bool is_missing(const Parameter& parameter, const Json& value);

// The value for `json`, as it stands in a file of parameters or as the YAML's default.
// Errors: InvalidInput, "it is ...; write ...", without the value where it is secret.
Result<Json> typed_value(const Parameter& parameter, const Json& json);

// The text of `assignment` without the line end that files have, but for long texts.
std::string text_of(const Parameter& parameter, const Assignment& assignment);

}  // namespace berth::content
