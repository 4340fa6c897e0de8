// Where in the state folder what lies (docs/state.md).
#pragma once

#include <filesystem>

#include "berth/app/settings.h"
#include "berth/store/key_ring.h"

namespace berth::app {

struct StatePlaces {
  std::filesystem::path database;
  std::filesystem::path files;
  store::KeyPlaces keys;
};

// With the credentials that systemd has given this process, where it has.
StatePlaces state_places(const Settings& settings);

}  // namespace berth::app
