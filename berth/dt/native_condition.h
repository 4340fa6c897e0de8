// The conditions that nearly all content uses, without an engine.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/json.h"

namespace berth::dt {

// What a name in a condition stands for.
using Names = std::span<const std::pair<std::string_view, const Json*>>;

// A row of terms with `&&` between: `val`, `val.K`, `true`, `'text'`, `1`, or two of them with ==, !=, ===, !==, <, <=,
// > or >= between. Says exactly what the engine would, or nothing.
class NativeCondition {
 public:
  // Nothing when `code` is anything else.
  static std::optional<NativeCondition> parse(std::string_view code);

  // Whether it counts as true; an exception counts as false, as in ScriptJob::Wanted::Truth.
  std::optional<bool> holds(Names names) const;

  // Whether it is the word `true`.
  bool is_always() const;

  // The members K of a condition whose terms are all `val.K` or `val.K == obj.K` (the sides may be changed, and `===`
  // be written), each K compared at least once: it can only hold where bucket_of all these members is the same in both.
  // Empty for others.
  std::vector<std::string> keys() const;

 private:
  struct Value {
    std::vector<std::string> path;  // val.K: {"val", "K"}; empty for a literal
    Json literal;
  };
  enum class Relation {
    None,
    LooselyEqual,
    LooselyUnequal,
    StrictlyEqual,
    StrictlyUnequal,
    Less,
    AtMost,
    More,
    AtLeast
  };
  struct Term {
    Value left;
    Relation relation = Relation::None;
    Value right;
  };
  class Parser;
  enum class Truth { Yes, No, Thrown, Unsure };

  static Truth truth_of(const Term& term, Names names);

  std::vector<Term> terms_;
};

}  // namespace berth::dt
