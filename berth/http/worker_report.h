// What a worker that stays tells the daemon: one message each, over the socket that its orders come from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "berth/base/result.h"
#include "berth/http/worker_choice.h"

namespace berth::http {

// The worker has nothing to do.
struct RestReport {
  std::vector<WorkerZygote> zygotes;  // the one used longest ago first
  std::uint64_t memory_bytes = 0;     // of the worker itself
  std::vector<WorkerShared> shared;   // the one that waits longest first
};

// The answer to the call `id` is out, whole or as far as it goes, and the client's connection let go of.
struct DoneReport {
  std::string id;
  bool keeps = false;              // another request may come over the connection
  bool makes_zygote = false;       // what the worker does next takes a moment
  std::uint64_t took_ns = 0;       // from the request that was read to the answer that was out
  std::optional<RestReport> rest;  // where nothing is left to be done: no other report follows
};

// As much of an item's name as a report holds: a name comes from content and has any length.
std::string short_item(std::string_view name);

using Report = std::variant<DoneReport, RestReport>;

std::string print_report(const DoneReport& report);
std::string print_report(const RestReport& report);
// Pure. Errors: Corrupt for what is no report.
Result<Report> parse_report(std::string_view text);

}  // namespace berth::http
