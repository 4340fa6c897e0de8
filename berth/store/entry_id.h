// The name of an entry, as content sees it: "12@7".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::store {

// A decimal number, never given twice. 1 is the playground's, which is never stored.
using InvestigationId = std::int64_t;
constexpr InvestigationId kFirstInvestigation = 2;

struct EntryId {
  std::int64_t number = 0;  // counts up in its investigation, from 1; never given twice
  InvestigationId investigation = 0;

  friend bool operator==(const EntryId&, const EntryId&) = default;
};

std::string to_string(EntryId id);

// Errors: InvalidInput when `text` is not `N@INVESTIGATION`, both from 1 and without leading zeros.
Result<EntryId> parse_entry_id(std::string_view text);
// Errors: InvalidInput when `text` is no decimal number from 1.
Result<InvestigationId> parse_investigation_id(std::string_view text);

}  // namespace berth::store
