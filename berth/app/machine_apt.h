// What a container takes over of the way in which this machine's apt reaches archives.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "berth/app/reacher.h"
#include "berth/base/result.h"

namespace berth::app {

// Client certificates and passwords belong to the machine's own sources: those that an image names get none.
enum class AptKeys { Given, Kept };

struct AptReach {
  std::string settings;                // lines of apt.conf
  std::filesystem::path certificates;  // that apt alone takes for all archives; empty: the machine's
};

// Of `dump` (as `apt-config dump` prints it) what says how archives are reached. Proxies are added to `reacher`, and
// named as it says; files
// of certificates are copied into the container, and the lines that name them say so. Names of settings have no case.
// What names programs of this machine is left out.
// Errors: InvalidInput for a proxy that cannot be read; those of reading a file that a setting names.
Result<AptReach> take_apt_settings(std::string_view dump, AptKeys keys, Reacher& reacher);

// The text of `etc_apt`/auth.conf and of what lies in auth.conf.d.
std::string read_apt_credentials(const std::filesystem::path& etc_apt);

}  // namespace berth::app
