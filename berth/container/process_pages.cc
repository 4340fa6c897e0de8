#include "berth/container/process_pages.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "berth/base/unique_fd.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostMapsBytes = 1 << 20;
constexpr std::size_t kMostPages = 1 << 17;  // looked at: half a gigabyte
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kOfFile = std::uint64_t{1} << 61;
constexpr std::uint64_t kMappedOnce = std::uint64_t{1} << 56;

struct Range {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

std::optional<std::uint64_t> take_number(std::string_view& text, char end) {
  std::uint64_t number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || at == text.data() + text.size() || *at != end) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()) + 1);
  return number;
}

// "FROM-TO rw-p ...": nothing for any other mapping than one that is private and can be written to.
std::optional<Range> private_range(std::string_view line) {
  const auto from = take_number(line, '-');
  const auto to = from ? take_number(line, ' ') : std::nullopt;
  if (!to || *to <= *from || line.size() < 4 || line[1] != 'w' || line[3] != 'p') return std::nullopt;
  return Range{*from, *to};
}

}  // namespace

Result<ProcessPages> pages_of(pid_t pid) {
  const std::string name = fmt::format("/proc/{}/pagemap", pid);
  BERTH_TRY(const int fd, sys::call([&] { return ::open(name.c_str(), O_RDONLY | O_CLOEXEC); }, "open {}", name));
  const UniqueFd pagemap(fd);
  BERTH_TRY(const std::string maps, sys::read_file(fmt::format("/proc/{}/maps", pid), kMostMapsBytes));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  ProcessPages pages;
  std::vector<std::uint64_t> entries;
  std::size_t looked_at = 0;
  for (std::string_view rest = maps; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto range = private_range(line);
    if (!range) continue;
    const auto count = static_cast<std::size_t>((range->to - range->from) / page);
    if (count > kMostPages - looked_at) continue;
    looked_at += count;
    entries.resize(count);
    BERTH_TRY(const ssize_t got, sys::call(
                                     [&] {
                                       return ::pread(fd, entries.data(), count * sizeof(std::uint64_t),
                                                      static_cast<off_t>(range->from / page * sizeof(std::uint64_t)));
                                     },
                                     "read {}", name));
    const std::size_t read = static_cast<std::size_t>(got) / sizeof(std::uint64_t);
    for (std::size_t i = 0; i < read; ++i) {
      if ((entries[i] & kPresent) == 0) continue;
      const bool is_own = (entries[i] & (kOfFile | kMappedOnce)) == kMappedOnce;
      (is_own ? pages.own : pages.shared).push_back(range->from + i * page);
    }
  }
  return pages;
}

bool CallPages::wants_call() { return std::has_single_bit(++calls_) && all_.size() < most_; }

void CallPages::take_call(Pages own) { call_ = std::move(own); }

bool CallPages::take_spare(const Pages& shared) {
  Pages fresh;
  std::ranges::set_intersection(std::exchange(call_, {}), shared, std::back_inserter(fresh));
  const std::size_t before = all_.size();
  for (const std::uint64_t page : fresh) {
    const auto at = std::ranges::lower_bound(all_, page);
    if (all_.size() < most_ && (at == all_.end() || *at != page)) all_.insert(at, page);
  }
  return all_.size() != before;
}

}  // namespace berth::container
