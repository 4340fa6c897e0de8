// Where the policy, approvals and advisories of this process lie.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/vet/policy.h"

namespace berth::app {

std::filesystem::path advisory_folder(const Settings& settings);

struct JudgementFile {
  std::string text;
  std::string path;
};

// The file `given`, or the file `name` beside the configuration that counts most; nothing where there is none.
// Errors: those of reading; NotFound for a file that was given; InvalidInput for a link to what is not there.
Result<std::optional<JudgementFile>> find_judgement_file(const std::string& given, const char* name);

// Where a file `name` has to lie to be found: beside the configuration that counts most.
std::filesystem::path judgement_file_place(const char* name);

// The policy in `given`, or in vet.yaml; the defaults where there is none. Errors: InvalidInput; as above.
Result<vet::Policy> load_policy(const std::string& given);

}  // namespace berth::app
