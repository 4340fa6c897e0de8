#include "berth/app/copy_out.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/sha256.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

constexpr std::size_t kHeadBytes = 64;

}  // namespace

Result<CopiedFile> CopyOut::copy(const UniqueFd& folder, const std::string& name, const std::filesystem::path& target) {
  const auto doing = [&] { return fmt::format("take '{}' out of a container", name); };
  BERTH_TRY(const UniqueFd from,
            sys::open_without_links(folder.get(), name, O_RDONLY | O_NONBLOCK, "a container's folder"));
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::fstat(from.get(), &status); }, "stat").context(doing));
  if (!S_ISREG(status.st_mode)) return fail(Errc::Corrupt, doing() + ": it is no file");
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  BERTH_TRY(int fd, sys::call([&] { return ::open(target.c_str(), kFlags, 0644); }, "make '{}'", target.native()));
  const UniqueFd to(fd);
  CopiedFile copied;
  Sha256 hash;
  std::vector<char> chunk(1 << 20);
  for (;;) {
    if (std::chrono::steady_clock::now() >= deadline_)
      return fail(Errc::TimedOut, doing() + ": it did not end in time");
    const auto read = [&] { return ::read(from.get(), chunk.data(), chunk.size()); };
    BERTH_TRY(int got, sys::call(read, "read").context(doing));
    if (got == 0) break;
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
    if (bytes.size() > left_bytes_) {
      return fail(Errc::Exhausted, doing() + ": what it has made is larger in all than it may be");
    }
    left_bytes_ -= bytes.size();
    if (copied.head.size() < kHeadBytes) copied.head.append(bytes.substr(0, kHeadBytes - copied.head.size()));
    hash.update(bytes);
    BERTH_CHECK_OK(sys::write_all(to.get(), bytes, target.native()));
  }
  copied.sha256 = std::move(hash).hex();
  return copied;
}

}  // namespace berth::app
