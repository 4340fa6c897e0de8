// The limits of one call: the operator's, with what the command line changes.
#pragma once

#include <fmt/format.h>

#include <string>

#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

// `options` has the members timeout, memory, cpus and pids, empty where nothing was given, and allow_unlimited.
template <class Options>
Result<container::Limits> limits_from(const Options& options, container::Limits limits) {
  const auto take = [](const char* option, const std::string& text, auto parse, auto& into) -> Result<void> {
    if (text.empty()) return {};
    auto value = parse(text);
    if (!value) return std::unexpected(std::move(value).error().in(option));
    into = *std::move(value);
    return {};
  };
  const auto processes = [](std::string_view text) { return parse_count(text, "processes"); };
  BERTH_CHECK_OK(take("--timeout", options.timeout, parse_duration, limits.wall_time));
  BERTH_CHECK_OK(take("--memory", options.memory, parse_bytes, limits.memory_bytes));
  BERTH_CHECK_OK(take("--cpus", options.cpus, parse_cpus, limits.cpus));
  BERTH_CHECK_OK(take("--pids", options.pids, processes, limits.pids));
  limits.allow_unlimited = limits.allow_unlimited || options.allow_unlimited;
  return limits;
}

}  // namespace berth::app
