// What two sides know of each other's incidents: how an incident was when they were last alike, and what went over.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/entries.h"
#include "berth/store/entry_id.h"
#include "berth/store/time.h"

namespace berth::store {

struct Mirror {
  Json known;                 // the incident as the other side was last told of it; null: never looked at
  std::optional<Time> asked;  // when the other side was last asked for it
};

// Which incidents those are: MirrorTurns. For the thread of its database.
class Mirrors {
 public:
  explicit Mirrors(Database& database) : database_(database) {}

  Result<Mirror> get(InvestigationId id);
  // Errors: Exhausted past the bound on incidents.
  Result<void> set(InvestigationId id, const Mirror& mirror);

  // Entries with one of the tags that have not gone over, the oldest first.
  Result<std::vector<Entry>> waiting(InvestigationId id, const std::vector<std::string>& tags, std::size_t limit);
  // Marks entries as gone over, or as come from there. Those that are marked already stay so.
  Result<void> mark(const std::vector<EntryId>& entries);

 private:
  Database& database_;
};

}  // namespace berth::store
