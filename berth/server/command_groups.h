// The groups that the built-in commands come in, each in a file of its own.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/server/built_in.h"

namespace berth::server {

std::span<const BuiltInCommand> context_commands();
std::span<const BuiltInCommand> entitlement_commands();
std::span<const BuiltInCommand> entry_commands();
std::span<const BuiltInCommand> incident_commands();
std::span<const BuiltInCommand> indicator_commands();
std::span<const BuiltInCommand> indicator_field_commands();
std::span<const BuiltInCommand> link_commands();
std::span<const BuiltInCommand> list_commands();

// An entry with a text, or with a value that content reads; `readable` is Markdown for people.
Json text_entry(std::string_view text);
Json value_entry(Json value, std::string_view readable);
std::vector<Json> one_entry(Json entry);

// Runs `use` on the investigation that argument `name` means (its own where it is not given), when the caller may.
Result<std::vector<Json>> in_investigation(const CommandArguments& arguments, std::string_view name,
                                           const CommandScene& scene,
                                           const std::function<Result<std::vector<Json>>(Investigation&)>& use);

}  // namespace berth::server
