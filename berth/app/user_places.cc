#include "berth/app/user_places.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <optional>

#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// Variables that are no absolute path are to be passed over (XDG Base Directory Specification).
std::filesystem::path place(const std::string& variable, const std::filesystem::path& otherwise) {
  return (variable.starts_with('/') ? std::filesystem::path(variable) : otherwise) / "berth";
}

Result<void> check_home(const sys::User& user, const std::string& home) {
  if (!home.starts_with('/')) {
    return fail(Errc::InvalidInput,
                fmt::format("find the home folder of user '{}': HOME is '{}'; set it to an absolute "
                            "path",
                            user.name, home));
  }
  struct stat status = {};
  if (::stat(home.c_str(), &status) == 0 && status.st_uid == user.uid) return {};
  return fail(Errc::InvalidInput, fmt::format("find the home folder of user '{0}': HOME is '{1}', which is not theirs; "
                                              "log in as the user ('su - {0}'), or set HOME",
                                              user.name, home));
}

// A folder, no link, of the user and open to nobody else.
bool is_private(const std::filesystem::path& folder, uid_t uid) {
  struct stat status = {};
  return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == uid &&
         (status.st_mode & 077) == 0;
}

Result<std::filesystem::path> runtime_folder(const sys::User& user, const UserEnvironment& environment) {
  const std::filesystem::path of_login = environment.runtime_root / std::to_string(user.uid);
  for (const std::filesystem::path& folder : {std::filesystem::path(environment.runtime_dir), of_login}) {
    if (folder.is_absolute() && is_private(folder, user.uid)) return folder / "berth";
  }
  std::filesystem::path own = environment.temporary / fmt::format("berth-{}", user.uid);
  const auto made = sys::check([&] { return ::mkdir(own.c_str(), 0700); }, "make folder '{}'", own.native());
  if (!made && made.error().os_error() != EEXIST) {
    return std::unexpected(Error(made.error()).in("find a runtime folder"));
  }
  if (is_private(own, user.uid)) return own;
  return fail(Errc::Denied,
              fmt::format("find a runtime folder: '{}' is not a folder of user '{}' alone; remove it, or set "
                          "XDG_RUNTIME_DIR to one that is",
                          own.native(), user.name));
}

}  // namespace

UserEnvironment environment_of_process() {
  return {.home = variable("HOME"),
          .config_home = variable("XDG_CONFIG_HOME"),
          .state_home = variable("XDG_STATE_HOME"),
          .cache_home = variable("XDG_CACHE_HOME"),
          .runtime_dir = variable("XDG_RUNTIME_DIR")};
}

Result<UserPlaces> places_of_user(const sys::User& user, const UserEnvironment& environment) {
  BERTH_CHECK_OK(check_home(user, environment.home));
  const std::filesystem::path home = environment.home;
  UserPlaces places = {.config = place(environment.config_home, home / ".config"),
                       .state = place(environment.state_home, home / ".local/state"),
                       .cache = place(environment.cache_home, home / ".cache"),
                       .runtime = {}};
  BERTH_TRY(places.runtime, runtime_folder(user, environment));
  return places;
}

}  // namespace berth::app
