// Where the state folder keeps what must last.
#pragma once

#include <filesystem>

#include "berth/app/settings.h"
#include "berth/store/vault.h"

namespace berth::app {

std::filesystem::path database_place(const Settings& settings);
// The folder of files' bytes (store/blobs).
std::filesystem::path files_place(const Settings& settings);
// The key's file, and the credentials that systemd hands to a service ($CREDENTIALS_DIRECTORY).
store::KeyPlaces key_places(const Settings& settings);

}  // namespace berth::app
