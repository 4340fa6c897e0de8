// The parts of an item that are lists of mappings: arguments, outputs, commands, parameters.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "berth/content/item.h"
#include "berth/content/item_section.h"

namespace berth::content {

std::vector<Argument> arguments_of(Section& owner, std::string_view key);
std::vector<Output> outputs_of(Section& owner);
std::vector<Command> commands_of(Section& owner);
std::vector<Parameter> parameters_of(Section& owner);
// What an integration's `script` says that it does beside its commands.
IntegrationFlags flags_of(Section& script, Weight weight);
// The time limit under `timeout`, text or number.
std::optional<std::chrono::nanoseconds> timeout_of(Section& owner);

// Why `text` cannot be a name, or empty: control characters (invisible in every list and log) and excessive length.
std::string problem_of_name(std::string_view text);

}  // namespace berth::content
