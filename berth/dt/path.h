// Expressions of the DT language, taken apart (docs/dt.md): `URLScan.Certificates(val.Name ==
// 'x').[0:2].Issuer=val.trim()`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "berth/base/result.h"

namespace berth::dt {

// Bounds on one expression; past them it is refused.
constexpr std::size_t kMostPathBytes = 64 << 10;
constexpr std::size_t kMostSteps = 64;
constexpr std::size_t kMostSelectors = 8;
constexpr std::size_t kMostBinds = 16;  // in one piece of JavaScript

// Into the member of this name; lists on the way are entered by themselves.
struct Key {
  std::string name;
  friend bool operator==(const Key&, const Key&) = default;
};

// `[2]`; below 0 from the end.
struct Index {
  std::int64_t at = 0;
  friend bool operator==(const Index&, const Index&) = default;
};

// `[0:2]`, both ends included; below 0 from the end. An end that is not written is the list's.
struct Slice {
  std::int64_t first = 0;
  std::int64_t last = -1;
  friend bool operator==(const Slice&, const Slice&) = default;
};

using Place = std::variant<Key, Index, Slice>;

// `val1---Root.path` (from the root of the context) or `val1---.rel` (from the value that `val` is).
struct Bind {
  std::string name;  // "val1"
  bool is_relative = false;
  std::vector<Place> places;
  friend bool operator==(const Bind&, const Bind&) = default;
};

// A piece of JavaScript: `code` has the name of each bind where the bind was written.
struct JavaScript {
  std::string code;
  std::vector<Bind> binds;  // no name twice
  friend bool operator==(const JavaScript&, const JavaScript&) = default;
};

// `(...)`: keeps the values for which it holds.
struct Selector {
  JavaScript condition;
  friend bool operator==(const Selector&, const Selector&) = default;
};

using Step = std::variant<Key, Index, Slice, Selector>;

struct Path {
  std::vector<Step> steps;            // none: the root itself
  std::optional<JavaScript> mutator;  // `=...`: what each value found is turned into
  friend bool operator==(const Path&, const Path&) = default;
};

// Blanks around the whole are passed over. Nothing is evaluated: whether the JavaScript is any is found out later.
// Errors: InvalidInput, with the byte offset; Exhausted past one of the bounds above.
Result<Path> parse_path(std::string_view text);

}  // namespace berth::dt
