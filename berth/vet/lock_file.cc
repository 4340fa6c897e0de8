#include "berth/vet/lock_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "berth/base/userinfo.h"
#include "berth/sys/file.h"
#include "berth/vet/requirements.h"

namespace berth::vet {

namespace fs = std::filesystem;

std::optional<LockKind> lock_kind_of(std::string_view file_name) {
  if (file_name == "Pipfile.lock") return LockKind::Pipfile;
  if (file_name == "poetry.lock") return LockKind::Poetry;
  if (file_name == "uv.lock") return LockKind::Uv;
  if (file_name == "pylock.toml" || (file_name.starts_with("pylock.") && file_name.ends_with(".toml"))) {
    return LockKind::Pylock;
  }
  if (file_name.ends_with(".txt") || file_name.ends_with(".in")) return LockKind::Requirements;
  return std::nullopt;
}

Result<LockFile> parse_lock(LockKind kind, std::string_view text, std::string_view name) {
  switch (kind) {
    case LockKind::Pipfile:
      return parse_pipfile_lock(text, name);
    case LockKind::Poetry:
      return parse_poetry_lock(text, name);
    case LockKind::Uv:
      return parse_uv_lock(text, name);
    default:
      return parse_pylock(text, name);
  }
}

Result<LockFile> read_lock_file(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto kind = lock_kind_of(name);
  if (!kind) {
    return fail(Errc::InvalidInput, fmt::format("'{}': no requirements.txt, Pipfile.lock, poetry.lock, uv.lock or "
                                                "pylock.toml by its name",
                                                path.string()));
  }
  if (*kind == LockKind::Requirements) {
    const fs::path folder = path.parent_path();
    BERTH_TRY(LockFile lock, read_requirements(folder.empty() ? fs::path(".") : folder, path.filename()));
    // As the path was given: two files of one name are told apart.
    for (LockedPackage& one : lock.packages) one.package.origin = (folder / one.package.origin).native();
    for (LeftOut& one : lock.left_out) one.origin = (folder / one.origin).native();
    for (ListSetting& one : lock.settings) one.origin = (folder / one.origin).native();
    return lock;
  }
  BERTH_TRY(const std::string text, sys::read_file(path, kMostLockBytes));
  return parse_lock(*kind, text, path.native());
}

std::string without_credentials(std::string_view address) {
  if (!address.contains("://")) return std::string(address);
  const auto userinfo = userinfo_of(address);
  if (!userinfo) return std::string(address);
  const std::string_view before = address.substr(0, userinfo->begin);
  // Nothing that looks like an address of that host: no program asks it.
  if (userinfo->is_broken) return std::string(before) + "***";
  return std::string(before) + std::string(address.substr(userinfo->end + 1));
}

}  // namespace berth::vet
