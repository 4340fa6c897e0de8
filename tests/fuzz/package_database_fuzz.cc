// Package databases and Python's metadata, as images of strangers have them.
#include "berth/image/package_database.h"

#include "berth/base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto sound = [](const berth::image::DistributionPackage& package) {
    return !package.name.empty() && !package.version.empty() && !package.source.empty() &&
           package.name.find_first_of(" \n\x1b") == std::string::npos;
  };
  for (const auto& package : berth::image::parse_dpkg_status(text).packages) BERTH_ASSERT(sound(package));
  const auto apk = berth::image::parse_apk_installed(text);
  for (const auto& package : apk.packages) BERTH_ASSERT(sound(package));
  for (const auto& [path, owner] : apk.python_owners) BERTH_ASSERT(berth::image::is_python_metadata(path));
  const auto both = berth::image::parse_name_and_version(text);
  BERTH_ASSERT(both.name.find('\n') == std::string::npos && both.version.find(' ') == std::string::npos);
  const std::string version = berth::image::find_interpreter_version(text, "3.1");
  BERTH_ASSERT(version.empty() || version.starts_with("3.1."));
  (void)berth::image::parse_os_release_names(text);
  return 0;
}
