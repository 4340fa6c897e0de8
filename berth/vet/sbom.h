// Bills of materials: what is in an image or a folder, in the forms that other tools read. Pure; the same input gives
// the same bytes, so nothing in them is of the moment or at random.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/vet/package.h"
#include "berth/vet/package_url.h"

namespace berth::vet {

struct SbomComponent {
  Package package;
  std::string architecture;  // of distributions' packages
  std::string licence;       // an SPDX expression; empty where nobody knows
  std::string location;      // where its metadata lies, from the root; empty where that says nothing
};

struct Sbom {
  std::string name;       // of the image or folder
  std::string digest;     // "sha256:<hex>" of an image; empty for a folder
  bool is_image = false;  // otherwise a folder
  DistributionName distribution;
  std::chrono::system_clock::time_point created;  // when the image was made, or what SOURCE_DATE_EPOCH says
  std::string tool_version;                       // Berth's
  std::vector<SbomComponent> components;
  std::vector<std::string> unread;  // "<what>: <why>" of what is there and could not be read: its packages are missing
};

// In one order, each once: by ecosystem, name, version and location.
void sort_components(Sbom& sbom);

// CycloneDX 1.5 and SPDX 2.3. Components are taken in their order: sort them first. Texts are made valid UTF-8.
Json cyclonedx_of(const Sbom& sbom);
Json spdx_of(const Sbom& sbom);

// A UUID (version 8, RFC 9562) made of the whole input: another input has another.
std::string uuid_of(const Sbom& sbom, std::string_view form);

}  // namespace berth::vet
