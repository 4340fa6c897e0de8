#include "berth/doctor/clock.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

#include "berth/sys/syscall.h"

namespace berth::doctor {
namespace {

constexpr std::int64_t kDay = 86'400;

// Written by package managers and at the start of the machine; the program itself was made after it was written.
constexpr const char* kWitnesses[] = {"/proc/self/exe", "/etc/ld.so.cache", "/var/lib/dpkg/status", "/var/lib/rpm",
                                      "/run"};

std::string date(std::int64_t seconds) {
  tm parts = {};
  const time_t time = seconds;
  ::gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min);
}

}  // namespace

ClockFacts clock_facts() {
  ClockFacts facts{.now = ::time(nullptr)};
  for (const char* path : kWitnesses) {
    struct stat status = {};
    if (::stat(path, &status) != 0 || status.st_mtime <= facts.newest_time) continue;
    facts.newest_file = path;
    facts.newest_time = status.st_mtime;
  }
  timex state = {};
  const auto asked = sys::call([&] { return ::adjtimex(&state); }, "adjtimex");
  facts.synchronised = asked ? Result<bool>((state.status & STA_UNSYNC) == 0) : std::unexpected(asked.error());
  return facts;
}

CheckResult judge_clock(const ClockFacts& facts) {
  constexpr const char* kSet = "set the clock, and let chrony or systemd-timesyncd keep it";
  if (facts.now + kDay < facts.newest_time) {
    return failure(
        fmt::format("it is {}, but {} is of {}", date(facts.now), facts.newest_file, date(facts.newest_time)), kSet);
  }
  if (!facts.synchronised) {
    return ok(fmt::format("{}; whether it is synchronised cannot be told", date(facts.now)));
  }
  if (!*facts.synchronised) {
    return warning(date(facts.now) + "; nothing keeps it right (adjtimex: not synchronised)",
                   "'timedatectl set-ntp true', or start chrony; in a virtual machine the host may do it unseen");
  }
  return ok(date(facts.now) + ", synchronised");
}

}  // namespace berth::doctor
