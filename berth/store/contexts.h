// The context of an investigation: the JSON object that its scripts share.
#pragma once

#include <functional>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/entry_id.h"
#include "berth/store/time.h"

namespace berth::store {

// For the thread of its database. Errors beside those of Database: NotFound for an investigation that is not there.
class Contexts {
 public:
  explicit Contexts(Database& database) : database_(database) {}

  static constexpr std::size_t kMostContextBytes = 64 << 20;  // of its JSON

  // An empty object where nothing was set yet.
  Result<Json> get(InvestigationId investigation);
  // Hands the context to `change` and keeps what it made of it, which is returned. Nobody else writes between, so that
  // several processes lose nothing; so `change` must be quick. Its error undoes everything and is returned.
  // Errors: InvalidInput when `change` leaves no object; Exhausted past kMostContextBytes.
  Result<Json> update(InvestigationId investigation, const std::function<Result<void>(Json&)>& change);

 private:
  Database& database_;
};

}  // namespace berth::store
