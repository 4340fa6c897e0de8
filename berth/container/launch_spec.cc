#include "berth/container/launch_spec.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace berth::container {
namespace {

std::string_view name_of(std::string_view variable) { return variable.substr(0, variable.find('=')); }

void set(std::vector<std::string>& environment, std::string variable) {
  const std::string_view name_and_sign = std::string_view(variable).substr(0, name_of(variable).size() + 1);
  std::erase_if(environment, [&](const std::string& other) { return other.starts_with(name_and_sign); });
  environment.push_back(std::move(variable));
}

}  // namespace

bool steers_the_start(std::string_view name) {
  constexpr std::array<std::string_view, 6> kPython = {"PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONHOME",
                                                       "PYTHONDEBUG",   "PYTHONVERBOSE", "PYTHONPROFILEIMPORTTIME"};
  return name.starts_with("LD_") || name == "GLIBC_TUNABLES" || std::ranges::find(kPython, name) != kPython.end();
}

std::vector<std::string> environment_for(const ImageSettings& image, const std::vector<std::string>& additions) {
  std::vector<std::string> environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                          "LANG=C.UTF-8"};
  for (const std::string& variable : image.environment) {
    const std::string_view name = name_of(variable);
    if (!name.empty() && name.size() < variable.size() && !steers_the_start(name)) set(environment, variable);
  }
  set(environment, std::string("HOME=") + kHomeFolder);
  set(environment, "USER=demisto");
  set(environment, "TMPDIR=/tmp");
  set(environment, "PYTHONDONTWRITEBYTECODE=1");  // the root is read-only
  set(environment, "PYTHONIOENCODING=utf-8:backslashreplace");
  set(environment, "PYTHONUNBUFFERED=1");  // a script that is killed loses no line of what it printed
  for (const std::string& variable : additions) set(environment, variable);
  return environment;
}

std::vector<std::string> interpreters_for(std::string_view subtype) {
  if (subtype == "python2") return {"python2", "python2.7", "python"};
  return {"python3", "python"};
}

}  // namespace berth::container
