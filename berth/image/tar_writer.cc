#include "berth/image/tar_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <vector>

#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kMostOctal = (std::uint64_t{1} << 33) - 1;

using Block = std::array<char, kBlock>;

void put(Block& block, std::size_t at, std::string_view text) {
  std::ranges::copy(text, block.begin() + static_cast<std::ptrdiff_t>(at));
}

constexpr std::string_view kPart = ".part";

// Whether `name` is what a process writes into before it is `file`: file.PID.part.
bool is_part_of(std::string_view name, std::string_view file) {
  if (!name.starts_with(file) || !name.ends_with(kPart) || name.size() < file.size() + 2 + kPart.size()) return false;
  const std::string_view pid = name.substr(file.size() + 1, name.size() - file.size() - 1 - kPart.size());
  return name[file.size()] == '.' && std::ranges::all_of(pid, [](char c) { return c >= '0' && c <= '9'; });
}

// A lock says that a writer lives, on other machines and in other containers, too; its number would not.
void remove_if_left(const std::filesystem::path& part) {
  const UniqueFd file(::open(part.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status = {};
  if (!file || ::fstat(file.get(), &status) != 0) return;
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) return;
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(part.c_str());
}

// Removes what writers of `path` left that were killed. What cannot be removed now is left for the next time.
void sweep_parts(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code error;
  std::vector<std::filesystem::path> parts;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (is_part_of(at->path().filename().native(), path.filename().native())) parts.push_back(at->path());
  }
  for (const std::filesystem::path& part : parts) remove_if_left(part);
}

// The file that is written into, with the lock that says so. Where the file system has no locks nobody sweeps.
Result<UniqueFd> create_part(const std::filesystem::path& part) {
  const auto open = [&] { return ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644); };
  for (;;) {
    BERTH_TRY(int fd, sys::call(open, "create '{}'", part.native()));
    UniqueFd file(fd);
    static_cast<void>(sys::check([&] { return ::flock(fd, LOCK_EX); }, "lock '{}'", part.native()));
    struct stat status = {};
    BERTH_CHECK_OK(sys::check([&] { return ::fstat(fd, &status); }, "look at '{}'", part.native()));
    if (status.st_nlink > 0) return file;
    // Another process swept it away before it was locked.
  }
}

}  // namespace

Result<TarWriter> TarWriter::create(std::filesystem::path path) {
  std::filesystem::path part = fmt::format("{}.{}{}", path.native(), ::getpid(), kPart);
  sweep_parts(path);
  BERTH_TRY(UniqueFd file, create_part(part));
  return TarWriter(std::move(path), std::move(part), std::move(file));
}

TarWriter::TarWriter(TarWriter&& other) noexcept
    : path_(std::move(other.path_)), part_(std::exchange(other.part_, {})), file_(std::move(other.file_)) {}

TarWriter::~TarWriter() {
  if (!part_.empty()) ::unlink(part_.c_str());
}

Result<void> TarWriter::write_header(std::string_view name, std::uint64_t size_bytes, char type) {
  Block block = {};
  put(block, 0, name.substr(0, 100));
  put(block, 100,
      std::string_view("0000644\0"
                       "0000000\0"
                       "0000000\0",
                       24));
  if (size_bytes <= kMostOctal) {
    put(block, 124, fmt::format("{:011o}", size_bytes));
  } else {
    block[124] = static_cast<char>(0x80);
    for (std::size_t i = 0; i < 8; ++i) block[135 - i] = static_cast<char>(size_bytes >> (8 * i) & 0xff);
  }
  put(block, 136, std::string_view("00000000000\0", 12));
  block[156] = type;
  put(block, 257,
      std::string_view("ustar\0"
                       "00",
                       8));
  unsigned sum = 8 * ' ';
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(block, 148, fmt::format("{:06o}", sum));
  block[155] = ' ';
  return sys::write_all(file_.get(), {block.data(), block.size()}, part_.native());
}

Result<void> TarWriter::pad(std::uint64_t size_bytes) {
  const std::string zeros((kBlock - size_bytes % kBlock) % kBlock, '\0');
  return sys::write_all(file_.get(), zeros, part_.native());
}

Result<void> TarWriter::add(std::string_view name, std::string_view bytes) {
  if (name.size() > 100) {
    const std::string long_name = std::string(name) + '\0';
    BERTH_CHECK_OK(write_header("././@LongLink", long_name.size(), 'L'));
    BERTH_CHECK_OK(sys::write_all(file_.get(), long_name, part_.native()));
    BERTH_CHECK_OK(pad(long_name.size()));
  }
  BERTH_CHECK_OK(write_header(name, bytes.size(), '0'));
  BERTH_CHECK_OK(sys::write_all(file_.get(), bytes, part_.native()));
  return pad(bytes.size());
}

Result<void> TarWriter::add_file(std::string_view name, const std::filesystem::path& path) {
  const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW); };
  BERTH_TRY(int fd, sys::call(open, "open '{}'", path.native()));
  const UniqueFd file(fd);
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::fstat(fd, &status); }, "look at '{}'", path.native()));
  auto left = static_cast<std::uint64_t>(status.st_size);
  BERTH_CHECK_OK(write_header(name, left, '0'));
  std::vector<char> chunk(1 << 20);
  while (left > 0) {
    BERTH_CHECK_OK(sys::check_interrupted());
    const std::size_t most = std::min<std::uint64_t>(left, chunk.size());
    BERTH_TRY(int got, sys::call([&] { return ::read(fd, chunk.data(), most); }, "read '{}'", path.native()));
    if (got == 0) return fail(Errc::Conflict, fmt::format("read '{}': it became shorter meanwhile", path.native()));
    BERTH_CHECK_OK(sys::write_all(file_.get(), {chunk.data(), static_cast<std::size_t>(got)}, part_.native()));
    left -= static_cast<std::uint64_t>(got);
  }
  return pad(static_cast<std::uint64_t>(status.st_size));
}

Result<void> TarWriter::finish() {
  BERTH_CHECK_OK(sys::write_all(file_.get(), std::string(2 * kBlock, '\0'), part_.native()));
  BERTH_CHECK_OK(sys::check([&] { return ::fsync(file_.get()); }, "write '{}' to disk", part_.native()));
  // Not over a file that was made meanwhile. Where the file system cannot say so, a link does the same.
  const auto move = [&] { return ::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE); };
  auto moved = sys::check(move, "put '{}' in its place", path_.native());
  if (!moved && moved.error().os_error() == EINVAL) {
    moved = sys::check([&] { return ::link(part_.c_str(), path_.c_str()); }, "put '{}' in its place", path_.native());
    if (moved) ::unlink(part_.c_str());
  }
  BERTH_CHECK_OK(moved);
  part_.clear();
  return {};
}

}  // namespace berth::image
