#include "berth/sys/id_map.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "berth/sys/child.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

constexpr std::size_t kLargestMap = 1 << 16;  // the kernel takes 340 lines

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

IdMap parse_id_map(std::string_view text) {
  IdMap map;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    IdExtent extent;
    bool whole = true;
    for (std::uint32_t* number : {&extent.inside, &extent.outside, &extent.count}) {
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      const std::string_view word = line.substr(0, line.find(' '));
      line.remove_prefix(word.size());
      whole = whole && read_number(word, *number);
    }
    if (whole) map.push_back(extent);
  }
  return map;
}

IdMap split_along(const IdMap& map, const IdMap& around) {
  IdMap pieces;
  for (IdExtent rest : map) {
    while (rest.count > 0) {
      std::uint32_t count = rest.count;
      for (const IdExtent& piece : around) {
        const bool begins_in = rest.outside >= piece.inside && rest.outside - piece.inside < piece.count;
        if (begins_in) count = std::min(count, piece.count - (rest.outside - piece.inside));
      }
      pieces.push_back({rest.inside, rest.outside, count});
      rest = {rest.inside + count, rest.outside + count, rest.count - count};
    }
  }
  return pieces;
}

Result<void> write_id_maps(pid_t pid, const IdMap& map) {
  for (const char* which : {"uid_map", "gid_map"}) {
    BERTH_TRY(const std::string around, read_file(std::string("/proc/self/") + which, kLargestMap));
    std::string text;
    for (const auto& [inside, outside, count] : split_along(map, parse_id_map(around))) {
      text += fmt::format("{} {} {}\n", inside, outside, count);
    }
    BERTH_CHECK_OK(write_map(pid, which, text));
  }
  return {};
}

Result<UniqueFd> make_mapped_namespace(IdRange range) {
  // The process only carries the namespace until a descriptor holds it.
  BERTH_TRY(Child carrier, Child::start(CLONE_NEWUSER, std::nullopt, [] {
              ::pause();
              return 0;
            }));
  BERTH_CHECK_OK(write_id_maps(carrier.pid(), {{0, range.first, range.count}}));
  const std::string path = fmt::format("/proc/{}/ns/user", carrier.pid());
  BERTH_TRY(int fd, call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }, "open {}", path));
  return UniqueFd(fd);
}

Result<bool> has_machine_ids() {
  BERTH_TRY(const std::string map, read_file("/proc/self/uid_map", kLargestMap));
  return parse_id_map(map) == IdMap{{0, 0, UINT32_MAX}};
}

}  // namespace berth::sys
