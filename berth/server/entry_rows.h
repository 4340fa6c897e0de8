// Entries between what content says and what is kept of it, the same for every kind of investigation.
#pragma once

#include "berth/base/json.h"
#include "berth/server/investigation.h"
#include "berth/store/entries.h"

namespace berth::server {

// What is kept: what the script said, and who made it.
store::NewEntry row_of(const Json& entry, const Posting& posting);

// As content gets it: what was said, with its ID and Metadata.
Json entry_json(const store::Entry& entry);

}  // namespace berth::server
