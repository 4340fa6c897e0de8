#include "berth/app/state_places.h"

#include <cstdlib>

namespace berth::app {

server::StatePlaces state_places(const Settings& settings) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  return {.database = settings.state / "berth.db",
          .files = settings.state / "files",
          .keys = {.file = settings.state / "secret.key", .credentials = credentials == nullptr ? "" : credentials}};
}

}  // namespace berth::app
