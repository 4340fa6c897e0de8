// What wheels of package indexes say of themselves, read with as few and small requests as that takes.
#pragma once

#include <string>
#include <vector>

#include "berth/app/index_fetch.h"
#include "berth/base/result.h"
#include "berth/vet/wheel_licences.h"

namespace berth::app {

struct WheelPlace {
  std::string url;   // as pip's report has it: of http, https, or file
  std::string name;  // for people
  std::string sha256;
  std::string metadata_sha256;  // either may be empty
};

using WheelOutcome = Result<vet::WheelFacts>;

// Of each, in the order given. First the ends of some are asked for, by a few processes of curl that fetch from one
// host one after another. What is whole by then, or comes so from a host that gives no parts, must have its hash; of
// others what is missing is fetched (vet::facts_of_distant_wheel), before the ends of the next are. Where that leads
// nowhere the whole wheel is, and must have its hash. A host that has answered nothing, and could not be reached or
// took too long, is not asked for others. Errors of each: Unavailable where it does not come; TimedOut where that host
// is not asked any more, or it took too long; Exhausted past 256 MiB; else those of vet::facts_of_wheel, and of the
// watch; Corrupt for another hash.
std::vector<WheelOutcome> facts_of_wheels(const IndexAccess& access, const std::vector<WheelPlace>& wheels);

}  // namespace berth::app
