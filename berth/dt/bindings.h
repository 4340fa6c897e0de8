// The names of a piece of JavaScript, with what they stand for.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/native_condition.h"
#include "berth/dt/path.h"
#include "berth/dt/script.h"

namespace berth::dt {

// What a row of places finds, without conditions: pointers into `root`, lists on the way entered.
std::vector<const Json*> follow(const std::vector<Place>& places, const Json& root);

// As a result: nothing is null, one value is itself, a list of one is its element, several are one flat list.
Json collapse(const std::vector<const Json*>& found);

// The elements of all that was found, lists opened once.
std::vector<const Json*> elements_of(const std::vector<const Json*>& found);

// One place further.
std::vector<const Json*> enter(const Place& place, const std::vector<const Json*>& found);

constexpr std::size_t kMostBoundBytes = 32u << 20;  // of lists made for binds

// Evaluates `script` for values of a context. Owns what its binds stand for.
class BoundScript {
 public:
  // `fixed`: a name beside the binds, as `obj`, with its value. All must outlive this.
  BoundScript(const JavaScript& script, const Json& root,
              std::vector<std::pair<std::string_view, const Json*>> fixed = {});

  // For which of `values` the condition holds. Natively where it can be.
  // Errors: those of Script::evaluate; Exhausted (kMostBoundBytes).
  Result<std::vector<bool>> judge(const std::vector<const Json*>& values, Script& engine);
  // What each of `values` is turned into. Errors: as judge.
  Result<Json::Array> transform(const std::vector<const Json*>& values, Script& engine);

 private:
  Result<ScriptJob> job_for(const std::vector<const Json*>& values);
  // What was found as one value; a pointer into the context where no list has to be made for it.
  const Json* hold(const std::vector<const Json*>& found);
  std::optional<std::vector<bool>> judge_natively(const std::vector<const Json*>& values);

  const JavaScript& script_;
  std::optional<NativeCondition> native_;
  std::vector<std::pair<std::string_view, const Json*>> names_;  // of binds that are the same for all values, and fixed
  std::deque<Json> owned_;
  std::size_t owned_bytes_ = 0;
};

}  // namespace berth::dt
