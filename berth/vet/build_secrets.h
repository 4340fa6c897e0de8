// Secrets that an instruction of a Dockerfile would leave in the image. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/dockerfile.h"

namespace berth::vet {

// Whether a variable of this name holds a secret by all experience: DB_PASSWORD, GITHUB_TOKEN, AWS_SECRET_ACCESS_KEY;
// not TOKENIZERS_PARALLELISM, PASSWORD_FILE.
bool is_secret_name(std::string_view name);

// One text for each: variables of ARG and ENV by their names or by values that begin as keys do, addresses with a
// password. The secret itself is in none of them.
std::vector<std::string> secrets_in(const BuildInstruction& instruction);

}  // namespace berth::vet
