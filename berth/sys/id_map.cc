#include "berth/sys/id_map.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <charconv>
#include <string>

#include "berth/sys/child.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

bool read_number(std::string_view text, std::uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Result<void> write_map(pid_t pid, const char* which, const std::string& text) {
  const std::string path = fmt::format("/proc/{}/{}", pid, which);
  BERTH_TRY(int fd, call([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); }, "open {}", path));
  const UniqueFd file(fd);
  return write_all(file.get(), text, path);
}

}  // namespace

std::vector<IdRange> subordinate_ranges(std::string_view text, std::string_view owner) {
  std::vector<IdRange> ranges;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t name_end = line.find(':');
    if (name_end == std::string_view::npos || line.substr(0, name_end) != owner) continue;
    const std::string_view numbers = line.substr(name_end + 1);
    const std::size_t colon = numbers.find(':');
    IdRange range;
    if (colon == std::string_view::npos || !read_number(numbers.substr(0, colon), range.first) ||
        !read_number(numbers.substr(colon + 1), range.count) || range.count == 0 ||
        range.count > UINT32_MAX - range.first) {
      continue;
    }
    ranges.push_back(range);
  }
  return ranges;
}

Result<void> write_id_maps(pid_t pid, IdRange range) {
  const std::string map = fmt::format("0 {} {}\n", range.first, range.count);
  BERTH_CHECK_OK(write_map(pid, "uid_map", map));
  return write_map(pid, "gid_map", map);
}

Result<UniqueFd> make_mapped_namespace(IdRange range) {
  // The process only carries the namespace until a descriptor holds it.
  BERTH_TRY(Child carrier, Child::start(CLONE_NEWUSER, std::nullopt, [] {
              ::pause();
              return 0;
            }));
  BERTH_CHECK_OK(write_id_maps(carrier.pid(), range));
  const std::string path = fmt::format("/proc/{}/ns/user", carrier.pid());
  BERTH_TRY(int fd, call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }, "open {}", path));
  return UniqueFd(fd);
}

}  // namespace berth::sys
