#include "berth/image/checked_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "berth/base/sha256.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kMostBytes = 64 << 20;
constexpr JsonLimits kLimits = {.depth = 16, .values = 4'000'000};

std::string header_of(std::string_view kind, std::string_view text) {
  return fmt::format("berth {} {}\n", kind, sha256_hex(text));
}

}  // namespace

Result<void> write_checked_file(const std::filesystem::path& path, std::string_view kind, const Json& json) {
  BERTH_CHECK_OK(sys::make_folders(path.parent_path(), 0755));
  const std::string text = print_json(json);
  // Not synced, which would cost more than reading an image: after a crash of the machine the digest tells.
  std::string draft = path.native() + ".XXXXXX";
  BERTH_TRY(int fd,
            sys::call([&] { return ::mkostemp(draft.data(), O_CLOEXEC); }, "make a file beside '{}'", path.native()));
  const UniqueFd file(fd);
  auto written = sys::write_all(file.get(), header_of(kind, text) + text, draft);
  if (written) written = sys::check([&] { return ::fchmod(file.get(), 0644); }, "chmod '{}'", draft);
  if (written) written = sys::check([&] { return ::rename(draft.c_str(), path.c_str()); }, "rename '{}'", draft);
  if (!written) ::unlink(draft.c_str());
  return written;
}

std::optional<Json> read_checked_file(const std::filesystem::path& path, std::string_view kind) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  struct stat status = {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return std::nullopt;
  if (status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return std::nullopt;
  const auto bytes = sys::read_file(fd, kMostBytes, path.native());
  if (!bytes) return std::nullopt;
  const std::string_view all = *bytes;
  const std::string_view text = all.substr(std::min(all.find('\n'), all.size() - 1) + 1);
  if (all.substr(0, all.size() - text.size()) != header_of(kind, text)) return std::nullopt;
  auto json = parse_json(text, kLimits);
  return json ? std::optional(std::move(*json)) : std::nullopt;
}

}  // namespace berth::image
