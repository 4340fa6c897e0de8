// Gathers what `berth vet` is asked to judge: packages of the index, lists, folders and images.
#pragma once

#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/vet/facts.h"

namespace berth::app {

struct VetRequest {
  std::vector<std::string> subjects;  // "requests==2.31.0", "./folder/", "python3:3.11", or a base image's short name
  std::vector<std::string> files;     // lists and lock files
  bool offline = false;               // no index is asked
  bool dependencies = true;           // what packages bring along is judged too, but for lists that name all of it
};

struct VetGathered {
  std::vector<vet::Facts> facts;
  std::vector<std::string> notes;  // what is not judged, and why
};

// Requirements whose condition is false on every Linux are noted and left out. What a list takes from another index
// than this machine's pip gets `source.elsewhere` (vet/lock_findings.h). Where pip cannot tell what comes along, that
// is the finding `dependencies.unresolved`. Errors: InvalidInput for a subject or list that cannot be read; NotFound
// for a folder or image that is not there, or a folder in which there is nothing to judge; those of reading images,
// pip's settings and of asking pip.
Result<VetGathered> gather_for_vetting(const Settings& settings, const VetRequest& request);

}  // namespace berth::app
