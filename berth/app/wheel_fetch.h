// What wheels of package indexes say of their licences, read with as few and small requests as that takes.
#pragma once

#include <string>
#include <vector>

#include "berth/app/index_fetch.h"
#include "berth/base/result.h"
#include "berth/vet/facts.h"

namespace berth::app {

struct WheelPlace {
  std::string url;   // as pip's report has it: of http, https, or file
  std::string name;  // for people
  std::string sha256;
  std::string metadata_sha256;  // either may be empty
};

using WheelLicences = Result<std::vector<vet::LicenceStatement>>;

// Of each, in the order given. First the ends of all are asked for, by a few processes of curl that fetch from one host
// one after another. What is whole by then, or comes so from a host that gives no parts, must have its hash; of others
// what is missing is fetched (vet::licences_of_distant_wheel). Where that leads nowhere the whole wheel is, and must
// have its hash. Errors of each: Unavailable and TimedOut where it does not come; Exhausted past 256 MiB; else those of
// vet::licences_of_wheel; Corrupt for another hash.
std::vector<WheelLicences> licences_of_wheels(const IndexAccess& access, const std::vector<WheelPlace>& wheels);

}  // namespace berth::app
