#include "berth/vet/lock_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

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
  const std::size_t scheme = address.find("://");
  if (scheme == std::string_view::npos) return std::string(address);
  const std::size_t host = scheme + 3;
  const std::size_t end = std::min(address.find_first_of("/?#", host), address.size());
  const std::size_t at = address.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < host) return std::string(address);
  return std::string(address.substr(0, host)) + std::string(address.substr(at + 1));
}

}  // namespace berth::vet
