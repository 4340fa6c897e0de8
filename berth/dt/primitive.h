// JavaScript's comparisons of values that come from JSON, as far as they can be said without an engine.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/base/json.h"

namespace berth::dt {

// What an operand stands for: null for undefined. A number that JSON has no word for counts as null, as in the engine.
using Operand = const Json*;

// Thrown: reading a member of null or undefined. Unsure: only an engine can say.
enum class Member { Found, Thrown, Unsure };
struct MemberAnswer {
  Member what;
  Operand value = nullptr;
};

// `base.name` where `name` is an identifier.
MemberAnswer member_of(Operand base, std::string_view name);

// All of these give nothing where only an engine can say: two objects, numbers with more digits than a double has.
std::optional<bool> is_true(Operand value);
std::optional<bool> loosely_equal(Operand a, Operand b);
std::optional<bool> strictly_equal(Operand a, Operand b);
std::optional<bool> is_less(Operand a, Operand b);
std::optional<bool> is_at_most(Operand a, Operand b);

// A text that two values share when they are loosely equal; values with the same text may still differ.
std::optional<std::string> bucket_of(Operand value);

}  // namespace berth::dt
