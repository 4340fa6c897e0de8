// What the daemon tells of its workers, as tables for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/cli/table.h"

namespace berth::cli {

// "1 worker", "2 workers". Pure.
std::string count_text(std::int64_t count, std::string_view what);

// Workers, a row each; then their zygotes, and the processes that wait for a call to share them. `pool` is the answer
// to `GET /v1/pool`. Pure.
Table worker_table(const Json& pool);
Table zygote_table(const Json& pool);
Table shared_table(const Json& pool);
// The names of the items that zygotes and shared processes are of, in order, each once. Pure.
std::vector<std::string> items_of_pool(const Json& pool);
// One line: how much there is, and how much there may be. Pure.
std::string pool_summary(const Json& pool);

// Running and waiting calls. `calls` is the answer to `GET /v1/calls`; `cpu` has the share of one processor that each
// process and its children use, by number, `memory` the bytes of those of processes_in(); `now` is for how long they
// run. Pure.
Table call_table(const Json& calls, const std::map<std::int64_t, double>& cpu,
                 const std::map<std::int64_t, std::uint64_t>& memory, std::chrono::system_clock::time_point now);
// A process of each container in which a script runs. Pure.
std::set<std::int64_t> processes_in(const Json& calls);

}  // namespace berth::cli
