// What an entry adds to the context.
#pragma once

#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/dt/context.h"
#include "berth/server/investigation.h"

namespace berth::server {

// What the context tells of a file, as content expects it under `File` or `InfoFile`.
Json file_outputs(const HeldFile& file);

// What an entry tells of its file: member FileMetadata.
Json file_metadata(const HeldFile& file);

// Merges the EntryContext of `entry`, and what is told of its file. Returns a line for each output that cannot be
// merged.
std::vector<std::string> merge_outputs(dt::Context& context, const Json& entry, const HeldFile* file,
                                       dt::Script& script);

}  // namespace berth::server
