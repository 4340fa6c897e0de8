// Conditions of requirements: what stands behind `;` (PEP 508). Pure.
#pragma once

#include <string_view>

namespace berth::vet {

// Whether `marker` is false on every Linux, whatever the version and kind of Python: `sys_platform == "win32"`. What
// speaks of anything but the system, and what cannot be read, may hold.
bool never_holds_on_linux(std::string_view marker);

}  // namespace berth::vet
