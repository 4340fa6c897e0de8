// How far an instance has fetched.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/time.h"

namespace berth::store {

// What content sets, and Mirrored, which is the server's own: {"time": when it last asked for what changed elsewhere}.
enum class FetchKind { LastRun, LastMirrorRun, AssetsLastRun, Mirrored };

// For the thread of its database. Errors beside those of Database: NotFound for an instance that is not there;
// Exhausted past kMostStateBytes.
class FetchStates {
 public:
  explicit FetchStates(Database& database) : database_(database) {}

  static constexpr std::size_t kMostStateBytes = 64 << 20;  // of one state's JSON

  // An empty object where nothing was set yet.
  Result<Json> get(std::string_view instance, FetchKind kind);
  // All of them or none. Inside a transaction of the caller's together with what was fetched (Database::transaction):
  // so nothing is fetched twice, and nothing is passed over.
  Result<void> set(std::string_view instance, const std::map<FetchKind, Json>& states, Time at = now());
  // Forgets all states of the instance: it fetches from the start again.
  Result<void> reset(std::string_view instance);

 private:
  Database& database_;
};

}  // namespace berth::store
