// The part of a zygote that is no Python: loop/fork.cc, built for this machine's architecture.
#pragma once

#include <string_view>

namespace berth::container {

std::string_view fork_library();  // a shared object

}  // namespace berth::container
