// The proxy variables of the environment.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "berth/doctor/check.h"

namespace berth::doctor {

// Those that are set, in both cases: {"https_proxy", "http://proxy.example:3128"}.
using ProxyVariables = std::vector<std::pair<std::string, std::string>>;
ProxyVariables proxy_variables();

// Tests whether each makes sense and whether both cases agree; nothing is connected to. No user and password of a
// proxy stands in the answer.
CheckResult judge_proxy(const ProxyVariables& variables);

}  // namespace berth::doctor
