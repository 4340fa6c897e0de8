// The keys below `images` that say which images may be used, and how registries are reached.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "berth/app/setting_keys.h"
#include "berth/image/registry_access.h"
#include "berth/image/trust.h"

namespace berth::app {

using RegistryRows = std::map<std::string, image::RegistryRow, std::less<>>;

// What an operator says of package indexes (`images.create`), beside this machine's own configuration.
struct IndexSettings {
  std::filesystem::path apt_sources;           // a file of package sources; empty: by the base (apt_sources_for)
  std::vector<std::string> package_hosts;      // addresses that indexes lead to, beside their own
  std::filesystem::path etc_apt = "/etc/apt";  // of the machine's own apt
};

// `given` where it says something, else `otherwise`: options go before settings.
IndexSettings indexes_of(const IndexSettings& given, const IndexSettings& otherwise);

// An address of an index. Errors: InvalidInput.
Result<std::string> index_address(std::string_view text);

// The setter of `images.trusted`: the word `any`, or a mapping of lists, each of which takes the place of its default.
// `into` lives as long as the setter. Keys are named, not read: that is read_signing_keys.
SetValue trusted_images(image::TrustPolicy& into);

// Reads the files of the keys that the rules of signatures name.
void read_signing_keys(image::TrustPolicy& trust);

// The setter of `images.registries`: a mapping of registries to how they are reached.
SetValue registries_reached(RegistryRows& into);

}  // namespace berth::app
