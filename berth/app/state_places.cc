#include "berth/app/state_places.h"

#include <cstdlib>

namespace berth::app {

std::filesystem::path database_place(const Settings& settings) { return settings.state / "berth.db"; }

std::filesystem::path files_place(const Settings& settings) { return settings.state / "files"; }

store::KeyPlaces key_places(const Settings& settings) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  return {settings.state / "berth.key", credentials != nullptr ? credentials : ""};
}

}  // namespace berth::app
