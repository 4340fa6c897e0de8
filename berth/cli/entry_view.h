// One entry of a call, for a person to read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "berth/base/json.h"
#include "berth/cli/page.h"

namespace berth::cli {

struct EntryView {
  bool with_context = false;                     // show EntryContext too
  std::optional<std::uint64_t> file_bytes = {};  // size of a file entry's file, where the caller knows it
};

// Renders `entry` as a script posted it: a line that says what it is (from Type), then its HumanReadable, or else its
// Contents as ContentsFormat says. An entry is untrusted and may have any shape: what does not fit its format is shown
// as text or JSON. Ends with a line feed.
std::string render_entry(const Json& entry, const Page& page, const EntryView& view = {});

}  // namespace berth::cli
