#include "berth/sys/kernel_text.h"

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::sys {

Result<std::string> read_kernel_file(const std::filesystem::path& path, std::size_t limit_bytes) {
  constexpr std::size_t kLongestPiece = 512;
  BERTH_TRY(const int fd, call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); },
                               "read file '{}'", path.native()));
  const UniqueFd file(fd);
  std::array<char, 4096> bytes;
  BERTH_TRY(const int got,
            call([&] { return ::read(fd, bytes.data(), bytes.size()); }, "read file '{}'", path.native()));
  std::string text(bytes.data(), static_cast<std::size_t>(got));
  // The kernel has a page for it, too: it stops before the first piece for which there is no room.
  if (text.size() + kLongestPiece > bytes.size()) {
    BERTH_TRY(const std::string rest, read_to_end(fd, limit_bytes, path.native()));
    text += rest;
  }
  if (text.size() <= limit_bytes) return text;
  return fail(Errc::Exhausted,
              fmt::format("read '{}': it is larger than the limit of {} bytes", path.native(), limit_bytes));
}

}  // namespace berth::sys
