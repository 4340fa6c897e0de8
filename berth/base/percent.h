// Percent-encoding (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace berth {

// The bytes that `text` stands for; a percent sign without two hexadecimal digits stands for itself. They may be any.
std::string percent_decoded(std::string_view text);

}  // namespace berth
