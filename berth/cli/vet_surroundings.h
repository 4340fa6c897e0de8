// Where the policy, approvals and advisories of this process lie.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/vet/approvals.h"
#include "berth/vet/policy.h"

namespace berth::cli {

std::filesystem::path advisory_folder(const app::Settings& settings);

// The policy in `given`, or in vet.yaml beside the configuration that counts most; the defaults where there is none.
// Errors: InvalidInput; NotFound for a file that was given.
Result<vet::Policy> load_policy(const std::string& given);

// Likewise approvals.yaml; none where there is none.
Result<std::vector<vet::Approval>> load_approvals(const std::string& given);

}  // namespace berth::cli
