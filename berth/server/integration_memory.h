// What an integration's instance remembers between its calls, as one call sees it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/server/state.h"
#include "berth/store/fetch_states.h"

namespace berth::server {

// Whose memory it is, and how much of it the call may have.
struct MemoryOwner {
  std::string instance;   // empty: none is registered; what is set lasts for the run
  bool is_fetch = false;  // the server fetches: only then is there a last run
  bool is_test = false;   // test-module, which sees nothing and leaves nothing
};

// How much a call has handed over beside its entries, as far as it told.
struct HandedOver {
  std::int64_t indicators_created = 0;
  std::int64_t indicators_updated = 0;
  std::int64_t events = 0;  // of updateModuleHealth: {"eventsPulled": n}
  std::int64_t assets = 0;  // the same, assetsPulled
};

// For one thread. The integration context is stored at once, under its version. What a fetch sets of its last run is
// held back: `fetched` hands it over when the run has succeeded, and it is lost otherwise.
class IntegrationMemory {
 public:
  IntegrationMemory(State& state, MemoryOwner owner) : state_(state), owner_(std::move(owner)) {}

  // {"context": ..., "version": {...}}.
  Result<Json> context();
  // `version`: what `context` gave, or null or -1 in all members to set it whatever is stored.
  // Errors: InvalidInput when another call has set it meanwhile; content then reads it anew and tries again.
  Result<void> set_context(const Json& value, const Json& version);

  Result<Json> last_run(store::FetchKind kind);
  void set_last_run(store::FetchKind kind, Json value);
  const std::map<store::FetchKind, Json>& fetched() const { return fetched_; }

  HandedOver& handed_over() { return handed_over_; }

  const MemoryOwner& owner() const { return owner_; }

 private:
  State& state_;
  MemoryOwner owner_;
  Json transient_ = Json::object();
  std::int64_t transient_version_ = 0;
  std::map<store::FetchKind, Json> fetched_;
  HandedOver handed_over_;
};

}  // namespace berth::server
