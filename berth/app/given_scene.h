// Where a call works, as the one who asks gives it: by options of the command line, or in a request to the daemon.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "berth/app/scene.h"
#include "berth/base/result.h"
#include "berth/server/investigation.h"

namespace berth::app {

constexpr std::size_t kLargestHandedIn = 256 << 20;  // bytes of one file

// Enters `investigation`, which has its own incident and context; empty leaves the scene in its playground. Errors:
// InvalidInput where one of them is given too; those of Scene::enter_investigation.
Result<void> enter_given(Scene& scene, const std::string& investigation, bool has_incident, bool has_context);

// Posts each file as an entry of its own. Errors: InvalidInput for one that cannot be kept; those of the database.
Result<void> hand_in(Scene& scene, std::vector<server::NewFile> files);

}  // namespace berth::app
