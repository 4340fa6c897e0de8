// One call that the server makes by the clock, and what came of it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "berth/app/call_service.h"

namespace berth::app {

struct Fetched {
  std::string command;
  std::expected<CallAnswer, StartError> call;
  std::string problem;                 // why nothing was kept; empty when it went well. Secrets are masked
  std::vector<std::string> incidents;  // ids of the investigations that it made, or that it mirrored
  std::size_t credentials = 0;         // how many sets of credentials came; their values are shown to nobody
  std::int64_t events = 0;             // that it told of, or else that stand in lists among its entries
  std::int64_t assets = 0;             // the same

  bool went_well() const { return problem.empty(); }
};

// Calls a command of an integration as the server itself does, with a last run and any arguments. It goes well when the
// call completes without an error entry. What it answered stays in `new_entries`.
Fetched fetch_call(CallService& calls, const std::string& command, CallRequest call);

// The elements of the lists in the entries, which are JSON or the text of it; what is none counts nothing. Pure.
std::int64_t listed_in(const std::vector<server::NewEntry>& entries);

// The contents of the first error entry, or an empty text. Pure.
std::string first_error_of(const CallAnswer& answer);

}  // namespace berth::app
