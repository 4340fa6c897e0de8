// Entitlements: who may answer a question of an investigation from outside, by a GUID alone.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/entry_id.h"
#include "berth/store/time.h"

namespace berth::store {

struct Entitlement {
  std::string guid;         // made by the caller; unique
  bool persistent = false;  // may be used again
  std::string reply_tag;    // of the entry that an answer becomes; may be empty
};

// For the thread of its database.
class Entitlements {
 public:
  explicit Entitlements(Database& database) : database_(database) {}

  static constexpr std::int64_t kMost = 1000;  // of one investigation

  // Errors: NotFound when the investigation is not there; AlreadyExists; Exhausted past kMost.
  Result<void> add(InvestigationId investigation, const Entitlement& entitlement, Time at = now());
  // Finds it, and takes it away unless it is persistent: of two who use one at once, one finds none. Errors: NotFound.
  Result<Entitlement> use(InvestigationId investigation, std::string_view guid);

 private:
  Database& database_;
};

}  // namespace berth::store
