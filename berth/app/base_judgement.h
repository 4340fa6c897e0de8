// The judgement of the libraries of a base image that is made from this machine's archives.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

// Judges the wheels in `folder` by the policy and approvals of this machine and by those that come with Berth for the
// libraries of the Python 2 base image (data/python2_approvals.yaml). What is told goes to `on_step`, a line each; what
// is said of advisories and lists as a whole is told only. Each file has the hash that the recipe locks, so indexes are
// asked for nothing. Errors: Denied with what does not go in; those of Judgement::open and of reading.
Result<void> judge_base_wheels(const Settings& settings, const std::filesystem::path& folder,
                               const std::function<void(std::string_view)>& on_step);

}  // namespace berth::app
