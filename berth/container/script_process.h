// The last steps between init and the interpreter, in a process of their own.
#pragma once

#include <string_view>

#include "berth/container/init.h"

namespace berth::container {

// Says `what` to the host. A host that is gone cannot be told, and its watcher ends us.
void report(const ScriptPlan& plan, const InitReport& what);
void report_failure(const ScriptPlan& plan, InitReport::Kind kind, std::string_view text);

// Carries out the steps that cannot be undone, in their order (kFinalSteps), and becomes the interpreter; or reports
// what failed and exits.
[[noreturn]] void become_script(const ScriptPlan& plan);

}  // namespace berth::container
