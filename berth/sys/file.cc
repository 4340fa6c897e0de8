#include "berth/sys/file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

Result<UniqueFd> open_resolved(int root, const std::filesystem::path& inside, int flags, __u64 resolve,
                               std::string_view what) {
  struct open_how how = {};
  how.flags = static_cast<__u64>(flags | O_CLOEXEC);
  how.resolve = resolve;
  const std::string relative = inside.empty() ? "." : inside.string();
  const auto open = [&] { return ::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof(how)); };
  auto fd = call(open, "open '{}' inside {}", relative, what);
  if (!fd && (fd.error().os_error() == ELOOP || fd.error().os_error() == EXDEV)) {
    return fail(Errc::Denied, fmt::format("open '{}' inside {}: a link in it leads elsewhere", relative, what));
  }
  if (!fd) return std::unexpected(std::move(fd).error());
  return UniqueFd(*fd);
}

// What can be read to the end, after `bytes`.
Result<std::string> read_on(int fd, std::string bytes, std::size_t limit_bytes, std::string_view name) {
  std::array<char, 65536> chunk;
  for (;;) {
    if (bytes.size() > limit_bytes) {
      return fail(Errc::Exhausted,
                  fmt::format("read '{}': it is larger than the limit of {} bytes", name, limit_bytes));
    }
    BERTH_TRY(int got, call([&] { return ::read(fd, chunk.data(), chunk.size()); }, "read '{}'", name));
    if (got == 0) return bytes;
    bytes.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<UniqueFd> open_folder(const std::filesystem::path& path) {
  BERTH_TRY(int fd, call([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }, "open folder '{}'",
                         path.native()));
  return UniqueFd(fd);
}

Result<UniqueFd> open_place(const std::filesystem::path& path) {
  BERTH_TRY(int fd, call([&] { return ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); }, "open folder '{}'",
                         path.native()));
  return UniqueFd(fd);
}

Result<UniqueFd> open_in_root(int root, const std::filesystem::path& inside, int flags, std::string_view what) {
  return open_resolved(root, inside, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, what);
}

Result<UniqueFd> open_without_links(int root, const std::filesystem::path& inside, int flags, std::string_view what) {
  return open_resolved(root, inside, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, what);
}

Result<UniqueFd> open_without_links_or_mounts(int root, const std::filesystem::path& inside, int flags,
                                              std::string_view what) {
  constexpr std::uint64_t kHow = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  return open_resolved(root, inside, flags, kHow, what);
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes) {
  // Non-blocking, so that a fifo put in the file's place cannot hold us; it is refused below.
  const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); };
  BERTH_TRY(int fd, call(open, "read file '{}'", path.native()));
  return read_file(UniqueFd(fd), limit_bytes, path.native());
}

Result<std::string> read_file(const UniqueFd& file, std::size_t limit_bytes, std::string_view name) {
  struct stat status = {};
  BERTH_CHECK_OK(call([&] { return ::fstat(file.get(), &status); }, "read file '{}'", name));
  if (!S_ISREG(status.st_mode)) {
    return fail(Errc::InvalidInput, fmt::format("read file '{}': it is not a regular file", name));
  }
  if (status.st_size == 0) return read_on(file.get(), {}, limit_bytes, name);  // as files of the kernel say they are
  // What it should have, and one more, so that the end shows at once; a file that grows meanwhile is read on.
  const auto expected = std::min(static_cast<std::size_t>(status.st_size), limit_bytes) + 1;
  std::string bytes(expected, '\0');
  BERTH_TRY(int got, call([&] { return ::read(file.get(), bytes.data(), bytes.size()); }, "read file '{}'", name));
  bytes.resize(static_cast<std::size_t>(got));
  if (bytes.size() + 1 == expected) return bytes;
  return read_on(file.get(), std::move(bytes), limit_bytes, name);
}

Result<std::string> read_to_end(int fd, std::size_t limit_bytes, std::string_view name) {
  return read_on(fd, {}, limit_bytes, name);
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes, mode_t mode) {
  const std::string& name = path.native();
  std::string draft = name + ".XXXXXX";
  BERTH_TRY(int fd, call([&] { return ::mkostemp(draft.data(), O_CLOEXEC); }, "make a file beside '{}'", name));
  const UniqueFd file(fd);
  auto written = write_all(file.get(), bytes, draft);
  if (written) written = check([&] { return ::fchmod(file.get(), mode); }, "chmod '{}'", draft);
  if (written) written = check([&] { return ::fsync(file.get()); }, "fsync '{}'", draft);
  if (written) written = check([&] { return ::rename(draft.c_str(), name.c_str()); }, "rename '{}'", draft);
  if (!written) ::unlink(draft.c_str());
  return std::move(written).context([&] { return fmt::format("write file '{}'", name); });
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    BERTH_TRY(int put, call([&] { return ::write(fd, bytes.data(), bytes.size()); }, "write to '{}'", name));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> make_folders(const std::filesystem::path& path, mode_t mode) {
  if (path.has_parent_path() && path.parent_path() != path && !std::filesystem::exists(path.parent_path())) {
    BERTH_CHECK_OK(make_folders(path.parent_path(), mode));
  }
  auto made = check([&] { return ::mkdir(path.c_str(), mode); }, "make folder '{}'", path.native());
  if (!made && made.error().os_error() == EEXIST) return {};
  return made;
}

}  // namespace berth::sys
