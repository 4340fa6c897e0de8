// What the original's server does by the clock: fetching incidents, indicators, events, assets and credentials.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/call_service.h"
#include "berth/app/fetched.h"
#include "berth/base/result.h"
#include "berth/content/item.h"

namespace berth::app {

// The commands by which an instance fetches, as its integration's flags and its own parameters (isFetch, feed,
// isFetchEvents, ...) say: a parameter that is there and off turns its command off. Those of mirroring are last:
// update-remote-system, and get-modified-remote-data, which stands for get-remote-data as well. Pure.
std::vector<std::string> fetch_commands(const content::Item& integration, const Json& params);

// For one thread.
class FetchService {
 public:
  explicit FetchService(CallService& calls) : calls_(calls) {}

  // Fetches once by every command of the instance, or by `only`: the calls that it made. `call` says how calls run
  // (limits, interrupt, debug). How mirroring is kept: MirrorService.
  // What came of a fetch, and what it set of its last run, are kept together when the call completed without an error
  // entry, and not at all otherwise: the next fetch begins where the last one that went well ended.
  // Errors: NotFound for the instance; InvalidInput when it is disabled, or fetches nothing.
  Result<std::vector<Fetched>> fetch(const std::string& instance, std::string_view only, const CallRequest& call);

 private:
  Fetched fetch_by(const std::string& command, const CallRequest& call);
  Result<void> keep(Fetched& fetched, const std::string& brand, const std::string& instance);

  CallService& calls_;
};

// The incidents, or credentials, in what a fetch answered: the lists in its entries, which are JSON or the text of it.
// Errors: InvalidInput when an entry holds anything else. Pure.
Result<Json> fetched_list(const std::vector<server::NewEntry>& entries);

}  // namespace berth::app
