// Who is handed what databases hold.
#pragma once

#include <functional>
#include <string_view>

namespace berth::image {

// What one row or entry holds; empty where it is no blob. It stays for the length of the call.
using TakeBlob = std::function<void(std::string_view blob)>;

}  // namespace berth::image
