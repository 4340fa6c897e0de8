// Fresh names: calls and files.
#pragma once

#include <string>

namespace berth {

// A ULID: 48 bits of time in milliseconds and 80 random ones, in Crockford's base 32; later ones sort later.
std::string make_call_id();

// A random UUID (RFC 9562, version 4).
std::string make_uuid();

}  // namespace berth
