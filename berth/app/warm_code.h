// What a zygote loads ahead of its calls.
#pragma once

#include "berth/app/code_cache.h"
#include "berth/container/launch_spec.h"
#include "berth/content/code_assembly.h"

namespace berth::app {

// Puts the loop, the zygote's part and the code into `spec`, compiled as far as it goes.
void put_warm_code(const content::AssembledCode& code, CodeCache cache, container::LaunchSpec& spec);

}  // namespace berth::app
