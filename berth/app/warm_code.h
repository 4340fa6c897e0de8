// What a zygote loads ahead of its calls.
#pragma once

#include <string_view>

#include "berth/app/code_cache.h"
#include "berth/container/launch_spec.h"
#include "berth/wire/job.h"

namespace berth::app {

// Puts the loop, the zygote's part and the code `prelude` + `item` into `spec`, compiled as far as it goes;
// `first_line` is where `item` begins in the whole text, from 1.
void put_warm_code(std::string_view prelude, std::string_view item, std::size_t first_line, CodeCache cache,
                   container::LaunchSpec& spec);

}  // namespace berth::app
