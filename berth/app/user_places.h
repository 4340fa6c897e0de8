// Where the files of an ordinary user's Berth lie (the XDG base directories).
#pragma once

#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/sys/own_namespace.h"

namespace berth::app {

struct UserPlaces {
  std::filesystem::path config;   // ~/.config/berth
  std::filesystem::path state;    // ~/.local/state/berth
  std::filesystem::path cache;    // ~/.cache/berth
  std::filesystem::path runtime;  // $XDG_RUNTIME_DIR/berth
};

// The variables that decide; empty where not set.
struct UserEnvironment {
  std::string home;
  std::string config_home;
  std::string state_home;
  std::string cache_home;
  std::string runtime_dir;
  // Where a login puts runtime folders, one for a user, and where we put one ourselves when there is none.
  std::filesystem::path runtime_root = "/run/user";
  std::filesystem::path temporary = "/tmp";
};
UserEnvironment environment_of_process();

// The runtime folder is the first of $XDG_RUNTIME_DIR, /run/user/UID and /tmp/berth-UID that belongs to the user alone;
// the last is made where it is missing. All that the user starts must find the same one: the leases in it keep the ids
// of two containers apart.
// Errors: InvalidInput when HOME is somebody else's, as after `su` without `-`; Denied when /tmp/berth-UID is.
Result<UserPlaces> places_of_user(const sys::User& user, const UserEnvironment& environment);

}  // namespace berth::app
