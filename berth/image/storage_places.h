// Where the machine's container storage lies.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

// What decides where the storage is: the caller reads the environment, so that tests can say otherwise.
struct StoragePlaces {
  bool root = true;                 // whether we run as root
  uid_t uid = 0;                    // of the user
  std::filesystem::path setting;    // the operator's setting; empty when there is none
  std::filesystem::path home;       // $HOME
  std::filesystem::path data_home;  // $XDG_DATA_HOME, empty when not set
  std::filesystem::path config_home;
  // The machine's storage.conf, most important first. The first that names a root counts.
  std::vector<std::filesystem::path> machine_conf = {"/etc/containers/storage.conf",
                                                     "/usr/share/containers/storage.conf"};
};

// The StoragePlaces of this process, from its user and environment.
StoragePlaces storage_places_of_process(std::filesystem::path setting = {});

// The folder that holds overlay-images: the setting, else `graphroot` of storage.conf (for an ordinary user: of the
// user's own, or `rootless_storage_path` of the machine's), else the default that buildah and podman share.
// Errors: those of reading a storage.conf that is there.
Result<std::filesystem::path> find_graph_root(const StoragePlaces& places);

// The text value of `key` in the table [storage] of a storage.conf (TOML; only what that file uses of it).
std::optional<std::string> storage_conf_value(std::string_view toml, std::string_view key);

}  // namespace berth::image
