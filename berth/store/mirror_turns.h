// Which mirrored incidents have something to be told or asked for, without reading the incidents.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/entry_id.h"
#include "berth/store/time.h"

namespace berth::store {

// An incident whose turn it is, as of when it was listed: what changes from then on gives it another turn.
struct MirrorTurn {
  InvestigationId id = 0;
  std::int64_t mark = 0;
};

// Which incidents belong to an instance stands in their members dbotMirrorInstance, dbotMirrorId and
// dbotMirrorDirection; that one has changed, triggers of the database note. Those that were tried longest ago come
// first, so one that goes wrong stands behind the others the next time. For the thread of its database.
class MirrorTurns {
 public:
  explicit MirrorTurns(Database& database) : database_(database) {}

  // After so many calls that went wrong an incident waits until it changes elsewhere again.
  static constexpr std::int64_t kMostTries = 5;

  // --- out: incidents that have changed here, or have new entries with tags -----------------------------------------

  Result<std::vector<MirrorTurn>> to_tell(std::string_view instance, std::size_t limit);
  // Nothing was left to tell of them.
  Result<void> told(const std::vector<MirrorTurn>& turns);
  Result<void> tried_to_tell(InvestigationId id, Time at = now());

  // --- in: incidents that have changed elsewhere ---------------------------------------------------------------------

  // When the oldest incident was made that changes elsewhere come to; empty when there is none.
  Result<std::optional<Time>> oldest(std::string_view instance);
  // Those with the ids that they have elsewhere are to be asked for, those that were given up anew.
  Result<void> want(std::string_view instance, const std::vector<std::string>& remote_ids);
  // All open ones are. What has been given up is tried once more, and stays so.
  Result<void> want_open(std::string_view instance);
  Result<std::vector<MirrorTurn>> to_ask(std::string_view instance, std::size_t limit);
  Result<std::int64_t> count_to_ask(std::string_view instance);
  Result<void> came(const MirrorTurn& turn);
  // It went wrong: counts the try, and gives it up with the last one. Gives their number.
  Result<std::int64_t> went_wrong(const MirrorTurn& turn, Time at = now());
  // It was not to be had now, by no fault of its own: it is not counted.
  Result<void> put_off(InvestigationId id, Time at = now());

 private:
  Result<std::vector<MirrorTurn>> list(std::string_view sql, std::string_view instance, std::size_t limit);

  Database& database_;
};

}  // namespace berth::store
