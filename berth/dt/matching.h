// Which elements of a list in a context a new value belongs to.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/list_index.h"
#include "berth/dt/native_condition.h"
#include "berth/dt/path.h"
#include "berth/dt/script.h"

namespace berth::dt {

// The condition of a key of an EntryContext. Asks the engine only where it must, and no longer than `deadline`.
class Matching {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // `condition` must outlive this. Errors: InvalidInput where it has binds.
  static Result<Matching> make(const JavaScript& condition);

  bool is_always() const { return native_ && native_->is_always(); }
  // Empty when the condition compares no keys.
  std::unique_ptr<ListIndex> make_index() const;

  // The positions in `list` for which the condition holds with `obj`. `index` is of this list, or null.
  // Errors: TimedOut past the deadline; those of Script::evaluate.
  Result<std::vector<std::size_t>> find(const Json::Array& list, const Json& obj, const ListIndex* index,
                                        Script& script, Deadline deadline) const;

 private:
  Matching(const JavaScript& condition, std::optional<NativeCondition> native)
      : condition_(&condition), native_(std::move(native)) {}

  const JavaScript* condition_;
  std::optional<NativeCondition> native_;
};

}  // namespace berth::dt
