// A vetting report for people.
#pragma once

#include <string>

#include "berth/vet/judge.h"

namespace berth::cli {

// A line for each package with its verdict, and below it what is not plainly allowed: rule, evidence, remedy, and who
// approved it. What is said of the database and of approvals stands at the end, with the counts. Everything foreign in
// it is made visible.
std::string vet_view(const vet::Report& report);

}  // namespace berth::cli
