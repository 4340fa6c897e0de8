#include "berth/store/folder.h"

#include <unistd.h>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::store {

Result<void> sync_folder(const std::filesystem::path& folder) {
  BERTH_TRY(const UniqueFd opened, sys::open_folder(folder));
  return sys::check([&] { return ::fsync(opened.get()); }, "fsync folder '{}'", folder.native());
}

}  // namespace berth::store
