#include "berth/sys/whole_path.h"

#include <fmt/format.h>

namespace berth::sys {

Result<std::filesystem::path> whole_path(const std::filesystem::path& path) {
  if (path.empty()) return fail(Errc::InvalidInput, "the path is empty; name a file or a folder");
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  if (!error) return whole.lexically_normal();
  return std::unexpected(Error::from_errno(
      error.value(), fmt::format("find out where '{}' is: the current folder cannot be named, as one that was removed; "
                                 "change to another, or give the path from '/' on",
                                 path.native())));
}

}  // namespace berth::sys
