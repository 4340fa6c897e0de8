// The time of day: right enough for certificates and signatures?
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

struct ClockFacts {
  std::int64_t now = 0;  // seconds since 1970
  // The newest of a few files that the machine writes, and its time.
  std::string newest_file;
  std::int64_t newest_time = 0;
  Result<bool> synchronised;  // what adjtimex(2) says
};
ClockFacts clock_facts();
CheckResult judge_clock(const ClockFacts& facts);

}  // namespace berth::doctor
