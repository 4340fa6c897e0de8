// Which of several items that share an id or a name is meant. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/content/indexed_item.h"

namespace berth::content {

// An item that answers to a name, and where it comes from.
struct NamedCandidate {
  const IndexedItem* item = nullptr;
  std::string_view source;  // the name that the source was registered under
};

// The place of the candidate that is meant by `name`: of those whose range of versions holds `server_version`, the one
// that is not deprecated. An item whose bounds are no versions is for no server.
//
// Errors: NotFound without candidates; Unavailable when none is for this server, with their ranges and the setting;
// InvalidInput when several are left, naming their files, and `SOURCE/NAME` where sources differ.
Result<std::size_t> choose_item(std::string_view name, std::span<const NamedCandidate> candidates,
                                std::string_view server_version);

// "5.0.0 to 5.9.9", "5.0.0 or later", "any version".
std::string range_text(const IndexedItem& item);

}  // namespace berth::content
