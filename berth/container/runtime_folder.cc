#include "berth/container/runtime_folder.h"

#include <sys/stat.h>

#include "berth/sys/file.h"

namespace berth::container {

Result<RuntimeFolder> RuntimeFolder::open(std::filesystem::path path) {
  RuntimeFolder folder(std::move(path));
  // The last one is made last: where it stands, all stand.
  struct stat status = {};
  if (::stat(folder.stage("furniture").c_str(), &status) == 0) return folder;
  const auto make = [](const std::filesystem::path& part, mode_t mode) {
    return sys::make_folders(part, mode).context([] { return "prepare the runtime folder"; });
  };
  BERTH_CHECK_OK(make(folder.path_, 0711));
  for (const auto& part : {folder.leases(), folder.roots(), folder.kept()}) BERTH_CHECK_OK(make(part, 0700));
  // A container's init, which is no longer root of the host, passes through these.
  for (const char* part : {"root", "scratch", "furniture"}) BERTH_CHECK_OK(make(folder.stage(part), 0711));
  return folder;
}

}  // namespace berth::container
