// Exit statuses that no call has (docs/exit-codes.md).
#pragma once

#include "berth/base/error.h"

namespace berth::app {

constexpr int kBadInputExit = 2;
constexpr int kMachineExit = 12;  // the machine, a tool or the storage cannot do it
constexpr int kBugExit = 13;

int exit_code_of(const Error& error);

// What a user gave is the user's to mend: also where it is over a limit, or a link in it leads out.
int input_exit_code(const Error& error);

}  // namespace berth::app
