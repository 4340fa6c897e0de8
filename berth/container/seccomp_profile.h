// The system call filter as Docker and Podman take it: a JSON text, made of the table that Berth's own filter is made
// of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/container/syscall_policy.h"
#include "berth/sys/seccomp_filter.h"

namespace berth::container {

// `rules` in that form; calls without a rule fail with `other_error_number`. A call through another architecture's
// entry ends the process, as libseccomp has it where one architecture alone is named. Pure.
std::string seccomp_profile(const std::vector<NamedRule>& rules, std::uint16_t other_error_number);

// Tests of which one holds for exactly those values for which none of `tests` does. The form knows no "unless", and a
// call that no rule of its own meets is treated as one without rules. `tests` are not empty, and look at the same bits
// of one argument. Pure.
std::vector<sys::ArgumentTest> complement_of(const std::vector<sys::ArgumentTest>& tests);

}  // namespace berth::container
