// What a call answered, as text for another process of this program.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "berth/app/call_request.h"

namespace berth::app {

// Nothing is lost on the way, files of entries included. The text is for pipes between processes of the same program,
// never for disks: it holds the secrets that are to be masked.
std::string print_transfer(const std::expected<CallAnswer, StartError>& answer);
// A text that cannot be read gives an error of kind Internal.
std::expected<CallAnswer, StartError> parse_transfer(std::string_view text);

}  // namespace berth::app
