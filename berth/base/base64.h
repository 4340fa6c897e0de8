// Base64 (RFC 4648), with padding.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth {

std::string to_base64(std::string_view bytes);

// Errors: Corrupt for a text that is none.
Result<std::string> from_base64(std::string_view text);

}  // namespace berth
