// What the container of a call is made of.
#pragma once

#include <string_view>

#include "berth/app/call_request.h"
#include "berth/app/checked_call.h"
#include "berth/app/code_cache.h"
#include "berth/container/guards.h"
#include "berth/container/launch_spec.h"
#include "berth/content/code_assembly.h"
#include "berth/image/substitution.h"
#include "berth/wire/job.h"

namespace berth::app {

// Image, interpreter, limits and guards; the rest is to be filled in.
container::LaunchSpec spec_for(const CallRequest& request, const CheckedCall& checked,
                               const image::ResolvedImage& resolved, const container::Guards& guards);

// Gives the loop and the code to the container: compiled as far as they are the same in call after call.
void put_code(const content::AssembledCode& code, CodeCache cache, container::LaunchSpec& spec, wire::Job& job);

// What the call asks for that only a container of its own can give, for people; empty where it asks for nothing such.
std::string_view why_alone(const CallRequest& request, const container::LaunchSpec& spec);

}  // namespace berth::app
