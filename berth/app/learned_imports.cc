#include "berth/app/learned_imports.h"

#include <fcntl.h>
#include <sys/file.h>

#include <system_error>
#include <tuple>

#include "berth/base/error.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

constexpr char kEnding[] = ".imports";
constexpr char kLock[] = "imports.lock";
constexpr std::size_t kMostLists = 1000;  // then the one that was written longest ago goes

// Held while a list is read and written: several workers may be told of modules of one key. Nothing where it cannot be
// had, which may cost a list what another process adds to it at that moment.
UniqueFd lock_lists(const std::filesystem::path& folder) {
  const std::string path = folder / kLock;
  UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock) std::ignore = sys::check([&] { return ::flock(lock.get(), LOCK_EX); }, "lock '{}'", path);
  return lock;
}

void make_room(const std::filesystem::path& folder) {
  std::filesystem::path oldest;
  std::filesystem::file_time_type oldest_time = std::filesystem::file_time_type::max();
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != kEnding) continue;
    ++count;
    const auto time = entry.last_write_time(error);
    if (!error && time < oldest_time) {
      oldest_time = time;
      oldest = entry.path();
    }
  }
  if (count > kMostLists) std::filesystem::remove(oldest, error);
}

}  // namespace

// A key is a hash, so that it can be no path.
std::filesystem::path LearnedImports::path_of(const std::string& key) const {
  BERTH_ASSERT(key.find_first_not_of("0123456789abcdef") == std::string::npos && !key.empty());
  return folder_ / (key + kEnding);
}

ImportList LearnedImports::of(const std::string& key) const {
  const std::string path = path_of(key);
  const auto opened =
      sys::call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW); }, "open {}", path);
  if (!opened) return {};
  const auto text = sys::read_file(UniqueFd(*opened), kLargestImportList, path);
  return text ? ImportList::parse(*text) : ImportList();
}

void LearnedImports::keep(const std::string& key, const ImportList& list) const {
  std::ignore = sys::write_file_atomically(path_of(key), list.text(), 0600);
  make_room(folder_);
}

bool LearnedImports::learn(const std::string& key, const std::vector<std::string>& names) const {
  if (names.empty() || !sys::make_folders(folder_, 0700)) return false;
  const UniqueFd lock = lock_lists(folder_);
  ImportList list = of(key);
  if (!list.add(names)) return false;
  keep(key, list);
  return true;
}

std::vector<ImportedModule> LearnedImports::settle(const std::string& key, const ImportList& answer) const {
  const UniqueFd lock = lock_lists(folder_);
  ImportList list = of(key);
  std::vector<ImportedModule> left_out = list.settle(answer);
  keep(key, list);
  return left_out;
}

void LearnedImports::give_up(const std::string& key) const {
  const UniqueFd lock = lock_lists(folder_);
  ImportList list = of(key);
  list.give_up("unknown");
  keep(key, list);
}

}  // namespace berth::app
