#include "berth/app/wheel_fetch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <semaphore>
#include <string_view>
#include <utility>

#include "berth/base/percent.h"
#include "berth/base/sha256.h"
#include "berth/base/unique_fd.h"
#include "berth/base/utf8.h"
#include "berth/image/at_once.h"
#include "berth/image/index_url.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"
#include "berth/vet/wheel_licences.h"

namespace berth::app {
namespace {

constexpr std::size_t kAtOnce = 16;
constexpr std::ptrdiff_t kWholeAtOnce = 4;  // they are held in memory
constexpr std::size_t kGroups = 6;          // as many processes share what one host has
constexpr std::size_t kMostInGroup = 8;
constexpr std::size_t kMostAtFirst = std::size_t{2} << 20;  // of a wheel that comes whole though its end was asked for
constexpr std::size_t kMostWheel = std::size_t{256} << 20;
constexpr std::size_t kMostSaid = std::size_t{8} << 10;  // beside what was asked for
constexpr std::string_view kFile = "file://";

Result<void> check_hash(std::string_view bytes, const WheelPlace& wheel) {
  if (wheel.sha256.empty() || sha256_hex(bytes) == wheel.sha256) return {};
  return fail(Errc::Corrupt, fmt::format("fetch '{}': it has not the SHA-256 that the index gives ({})",
                                         image::shown_url(wheel.url), wheel.sha256));
}

WheelOutcome facts_of_whole(std::string_view bytes, const WheelPlace& wheel) {
  BERTH_CHECK_OK(check_hash(bytes, wheel));
  return vet::facts_of_wheel(bytes, wheel.name);
}

Result<std::string> read_part(const UniqueFd& file, std::uint64_t offset, std::size_t size, const std::string& path) {
  std::string bytes(size, '\0');
  for (std::size_t got = 0; got < size;) {
    BERTH_TRY(
        const ssize_t count,
        sys::call([&] { return ::pread(file.get(), bytes.data() + got, size - got, static_cast<off_t>(offset + got)); },
                  "read {}", path));
    if (count == 0) return fail(Errc::Corrupt, fmt::format("read {}: it has become shorter", path));
    got += static_cast<std::size_t>(count);
  }
  return bytes;
}

// Of a folder that pip looks into.
WheelOutcome facts_of_local(const WheelPlace& wheel) {
  const std::string path = percent_decoded(std::string_view(wheel.url).substr(kFile.size()));
  BERTH_TRY(const int fd,
            sys::call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }, "open {}", path));
  const UniqueFd file(fd);
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::fstat(file.get(), &status); }, "stat {}", path));
  if (!S_ISREG(status.st_mode)) return fail(Errc::InvalidInput, fmt::format("read {}: it is no regular file", path));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size <= kMostWheel) {
    BERTH_TRY(const std::string bytes, sys::read_file(file, kMostWheel, path));
    return facts_of_whole(bytes, wheel);
  }
  vet::DistantWheel large = {.name = wheel.name, .size = size, .tail = {}, .read = {}, .metadata_sha256 = {}};
  BERTH_TRY(large.tail, read_part(file, size - vet::kWheelTail, vet::kWheelTail, path));
  large.read = [&](std::uint64_t offset, std::size_t length) { return read_part(file, offset, length, path); };
  return vet::facts_of_distant_wheel(std::move(large));
}

// Whether to ask the same host for more is of no use: names, connections, proxies, certificates.
bool is_no_way(int exit_code) {
  constexpr int kCodes[] = {5, 6, 7, 60, 97};
  return std::ranges::find(kCodes, exit_code) != std::ranges::end(kCodes);
}

constexpr int kTookTooLong = 28;  // curl's number

bool is_out_of_time(const Error& error) {
  return error.code() == Errc::TimedOut ||
         (error.code() == Errc::Unavailable && error.message().contains(fmt::format("curl: ({})", kTookTooLong)));
}

class Reading {
 public:
  Reading(const IndexAccess& access, const std::vector<WheelPlace>& wheels)
      : access_(access), wheels_(wheels), states_(wheels.size()) {}

  std::vector<WheelOutcome> run() && {
    const std::vector<std::vector<std::size_t>> groups = groups_by_host();
    // No more ends are held than those of the groups at work.
    image::at_once(groups.size(), kAtOnce, [&](std::size_t i) {
      ask_ends(groups[i]);
      for (const std::size_t one : groups[i]) finish(one);
    });
    image::at_once(wheels_.size(), kAtOnce, [&](std::size_t i) { finish(i); });  // those in folders
    std::vector<WheelOutcome> all;
    for (State& state : states_) all.push_back(*std::move(state.outcome));
    return all;
  }

 private:
  struct State {
    std::optional<WheelOutcome> outcome;
    bool is_asked = false;  // and answered, with its end or something else
    std::string tail;
    std::uint64_t size = 0;        // of the wheel; 0 where no end of it came
    Standing* standing = nullptr;  // of its host
  };

  std::vector<std::vector<std::size_t>> groups_by_host() {
    std::map<std::string, std::vector<std::size_t>> hosts;
    for (std::size_t i = 0; i < wheels_.size(); ++i) {
      if (wheels_[i].url.starts_with(kFile)) continue;
      if (const auto url = image::parse_index_url(wheels_[i].url)) {
        const std::string host = url->scheme + url->endpoint();
        hosts[host].push_back(i);
        states_[i].standing = &standings_[host];
      } else {
        states_[i].outcome = std::unexpected(url.error());
      }
    }
    std::vector<std::vector<std::size_t>> groups;
    for (const auto& [host, all] : hosts) {
      const std::size_t each = std::min(kMostInGroup, (all.size() + kGroups - 1) / kGroups);
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (i % each == 0) groups.emplace_back();
        groups.back().push_back(all[i]);
      }
    }
    return groups;
  }

  std::string fetching(std::size_t i) const { return fmt::format("fetch '{}'", image::shown_url(wheels_[i].url)); }

  // Whether it is of use to ask for a wheel of a host; else it has its outcome now.
  bool may_ask(std::size_t i) {
    if (access_.watch) {
      if (const auto watched = access_.watch(); !watched) {
        give_up(i, watched.error());
        return false;
      }
    }
    if (!states_[i].standing->is_silent()) return true;
    give_up(i, Error(Errc::TimedOut, "its host could not be reached, or took too long, and is not asked again"));
    return false;
  }

  // Those that are not answered by it are left as they were.
  void ask_ends(const std::vector<std::size_t>& group) {
    bool is_of_use = true;
    for (const std::size_t i : group) is_of_use &= may_ask(i);
    if (!is_of_use) return;
    std::string request;
    for (const std::size_t i : group) {
      request +=
          (request.empty() ? "" : "next\n") + range_request(access_.pip, wheels_[i].url, access_.way.certificates,
                                                            fmt::format("-{}", vet::kWheelTail), kMostAtFirst);
    }
    const auto printed = run_curl(access_, std::move(request), group.size() * (kMostAtFirst + kMostSaid), true);
    if (!printed) {
      if (printed.error().code() != Errc::TimedOut) return;
      states_[group.front()].standing->take_silence();
      for (const std::size_t i : group) give_up(i, printed.error());
      return;
    }
    auto answers = range_answers(printed->out);
    if (!answers || answers->empty() || answers->size() > group.size()) return;
    for (std::size_t k = 0; k < answers->size(); ++k) take((*answers)[k], group[k]);
    const int last = answers->back().exit_code;
    if (last == 0) return;
    const std::string reason = reason_unreached(Error(Errc::Unavailable, printed->err));
    if (reason.empty()) return;
    const bool is_lost = is_no_way(last) || last == kTookTooLong;
    if (is_lost) states_[group.front()].standing->take_silence();
    const std::size_t first = answers->size() - 1;
    const bool is_for_all = is_no_way(last) || states_[group.front()].standing->is_silent();
    const std::size_t end = is_for_all ? group.size() : answers->size();
    for (std::size_t k = first; k < end; ++k) {
      give_up(group[k], Error(is_lost ? Errc::TimedOut : Errc::Unavailable, reason));
    }
  }

  void give_up(std::size_t i, const Error& why) {
    states_[i].outcome = std::unexpected(Error(why.code(), fmt::format("{}: {}", fetching(i), why.message())));
  }

  void take(RangeAnswer& answer, std::size_t i) {
    State& state = states_[i];
    state.is_asked = true;
    if (answer.exit_code != 0) return;
    state.standing->take_answer();
    const bool is_end = answer.status == 206 && answer.begin && *answer.begin + answer.body.size() == answer.whole;
    if (answer.status == 200 || (is_end && *answer.begin == 0)) {
      // What is not in order may be so by what lies between, and is fetched once more.
      if (auto read = facts_of_whole(answer.body, wheels_[i])) state.outcome = std::move(read);
    } else if (is_end) {
      state.size = answer.whole;
      state.tail = std::move(answer.body);
    } else if (answer.status == 401 || answer.status == 403 || answer.status == 404 || answer.status == 410) {
      give_up(i, Error(Errc::Unavailable, fmt::format("it answered with status {}", answer.status)));
    }
  }

  void finish(std::size_t i) {
    State& state = states_[i];
    if (state.outcome) return;
    if (wheels_[i].url.starts_with(kFile)) {
      state.outcome = facts_of_local(wheels_[i]);
      return;
    }
    if (!state.is_asked) ask_ends({i});
    if (state.outcome || !may_ask(i)) return;
    if (state.size != 0) {
      auto read = facts_by_parts(i);
      // What took too long as a part does so as a whole.
      if (read || is_out_of_time(read.error())) {
        state.outcome = std::move(read);
        return;
      }
    }
    if (may_ask(i)) state.outcome = facts_by_whole(i);
  }

  WheelOutcome facts_by_parts(std::size_t i) {
    const WheelPlace& wheel = wheels_[i];
    const std::uint64_t size = states_[i].size;
    vet::DistantWheel distant = {.name = wheel.name,
                                 .size = size,
                                 .tail = std::exchange(states_[i].tail, {}),
                                 .read = {},
                                 .metadata_sha256 = wheel.metadata_sha256};
    distant.read = [&](std::uint64_t offset, std::size_t length) -> Result<std::string> {
      const std::string range = fmt::format("{}-{}", offset, offset + length - 1);
      BERTH_TRY(const sys::ToolOutput printed,
                run_curl(access_, range_request(access_.pip, wheel.url, access_.way.certificates, range, length),
                         length + kMostSaid));
      auto answers = range_answers(printed.out);
      if (answers && answers->size() == 1) {
        RangeAnswer& answer = answers->front();
        if (answer.status == 206 && answer.begin == offset && answer.whole == size) return std::move(answer.body);
      }
      return fail(Errc::Unavailable, fmt::format("{}: it answers with another part", fetching(i)));
    };
    return vet::facts_of_distant_wheel(std::move(distant));
  }

  WheelOutcome facts_by_whole(std::size_t i) {
    room_.acquire();
    auto bytes = fetch_file(access_, wheels_[i].url, wheels_[i].sha256, kMostWheel);
    if (bytes) states_[i].standing->take_answer();
    if (!bytes && is_out_of_time(bytes.error())) states_[i].standing->take_silence();
    auto facts = bytes ? vet::facts_of_wheel(*bytes, wheels_[i].name) : WheelOutcome(std::unexpected(bytes.error()));
    bytes = std::string();
    room_.release();
    return facts;
  }

  const IndexAccess& access_;
  const std::vector<WheelPlace>& wheels_;
  std::vector<State> states_;
  std::map<std::string, Standing> standings_;  // by host
  std::counting_semaphore<kWholeAtOnce> room_{kWholeAtOnce};
};

}  // namespace

std::vector<WheelOutcome> facts_of_wheels(const IndexAccess& access, const std::vector<WheelPlace>& wheels) {
  return Reading(access, wheels).run();
}

}  // namespace berth::app
