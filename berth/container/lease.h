// The right of one container to a range of host ids, and the sweep of what a dead one left.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/runtime_folder.h"
#include "berth/sys/id_map.h"

namespace berth::container {

constexpr std::uint32_t kIdsPerContainer = 65'536;

// Ids that containers are given, and how many of them each.
struct IdPool {
  sys::IdRange ids;
  std::uint32_t per_container = kIdsPerContainer;
};

// Holds a range of ids that no other live container has. The hold is a lock on a file; every process of
// ours around the container inherits it, so that the range is free again when the last of them is gone.
class Lease {
 public:
  // Takes the first free range out of `pool` for container `id`, and sweeps (with `sweep`) each container that
  // is named in a file which nobody holds any more.
  // Errors: Exhausted when all ranges are taken.
  template <class Sweep>
  static Result<Lease> take(const RuntimeFolder& folder, IdPool pool, const std::string& id, Sweep&& sweep) {
    BERTH_TRY(std::uint32_t slots, slots_in(pool));
    Lease lease;
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      BERTH_TRY(Try attempt, try_lock(folder, slot));
      if (attempt.locked && !attempt.left_by.empty()) sweep(attempt.left_by);
      if (attempt.locked && !lease.lock_) {
        lease.slot_ = slot;
        lease.ids_ = {pool.ids.first + slot * pool.per_container, pool.per_container};
        lease.lock_ = std::move(attempt.file);
        BERTH_CHECK_OK(lease.write_owner(id));
      } else if (attempt.locked) {
        BERTH_CHECK_OK(forget(attempt.file));
      }
      if (attempt.is_last && lease.lock_) return lease;
    }
    if (lease.lock_) return lease;
    return none_free(slots);
  }

  std::uint32_t slot() const { return slot_; }
  sys::IdRange ids() const { return ids_; }
  int lock() const { return lock_.get(); }
  // The container has been cleaned up: no sweep is needed for it.
  Result<void> settle() { return forget(lock_); }

 private:
  struct Try {
    bool locked = false;
    bool is_last = false;  // no file of a higher slot exists
    std::string left_by;
    UniqueFd file;
  };
  static Result<std::uint32_t> slots_in(IdPool pool);
  static Result<Try> try_lock(const RuntimeFolder& folder, std::uint32_t slot);
  static Result<void> forget(const UniqueFd& file);
  static std::unexpected<Error> none_free(std::uint32_t slots);
  Result<void> write_owner(const std::string& id);

  std::uint32_t slot_ = 0;
  sys::IdRange ids_;
  UniqueFd lock_;
};

// The range that /etc/subuid grants to `berth`, 65,536 ids for each container. Errors: Unavailable, with the remedy.
Result<IdPool> granted_ids();

// Whether `text` can be the id of a container: 26 letters and digits.
bool is_container_id(std::string_view text);

}  // namespace berth::container
