// The entries of investigations: what scripts and people left in them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/entry_id.h"
#include "berth/store/time.h"

namespace berth::store {

struct NewEntry {
  Json entry;  // an object, as the script posted it
  Time at = now();
  std::string parent;   // the entry that this one answers; may be empty
  std::string call_id;  // the call that made it; may be empty
  bool note = false;
  bool pinned = false;
  std::vector<std::string> tags;
};

struct Entry {
  EntryId id;
  std::int64_t type = 1;  // member Type of the entry, 1 (a note) where it has none
  NewEntry content;
};

struct EntryFilter {
  std::vector<std::int64_t> types;  // empty: every type
  std::string tag;                  // empty: with any tags or none
  std::string call_id;              // empty: of every call
  std::optional<bool> note;
  std::int64_t after = 0;  // only larger numbers
  std::size_t limit = 100;
  bool newest_first = false;  // with `before`, pages backwards
  std::optional<std::int64_t> before;
};

// For the thread of its database. Errors beside those of Database: NotFound for an entry or investigation that is not
// there.
class Entries {
 public:
  explicit Entries(Database& database) : database_(database) {}

  static constexpr std::size_t kMostEntryBytes = 64 << 20;  // of one entry's JSON

  // All of them or none: what one call answered. The ids in order. Errors: InvalidInput when an entry is no object;
  // Exhausted past kMostEntryBytes.
  Result<std::vector<EntryId>> add(InvestigationId investigation, std::span<const NewEntry> entries);
  Result<EntryId> add(InvestigationId investigation, const NewEntry& entry);

  Result<Entry> get(EntryId id);
  Result<std::vector<Entry>> list(InvestigationId investigation, const EntryFilter& filter = {});
  Result<std::int64_t> count(InvestigationId investigation);

  Result<void> set_note(EntryId id, bool note);
  Result<void> set_pinned(EntryId id, bool pinned);
  Result<void> set_tags(EntryId id, const std::vector<std::string>& tags);

 private:
  Database& database_;
};

}  // namespace berth::store
