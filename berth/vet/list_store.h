// The lists that lie in the folder of vetting, one file a kind, and their care.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/known_list.h"

namespace berth::vet {

struct StoredLists {
  std::vector<KnownList> lists;  // one of each kind, in the order of kListKinds
  // Files that could not be read, and what is used instead: "popular names: its checksum is wrong: the one before it is
  // in use, imported 2026-11-20T10:00:00Z".
  std::vector<std::string> problems;

  const KnownList& of(ListKind kind) const { return lists[static_cast<std::size_t>(kind)]; }
};

// Of a kind that is not there, or is damaged and has none before it, the one that comes with Berth.
StoredLists load_lists(const std::filesystem::path& folder);

// Makes the ids of the imported licences and exceptions of SPDX known to the whole process (add_spdx_ids), which
// policies may name. Not while there are other threads.
void add_stored_licences(const std::filesystem::path& folder);

// Puts a list in the place of that of its kind, whole or not at all (kept_file.h). Errors: what writing says.
Result<ListInfo> store_list(const std::filesystem::path& folder, KnownList list,
                            std::chrono::system_clock::time_point now);

// From then on the one that comes with Berth is used. Errors: NotFound when none was imported.
Result<void> remove_list(const std::filesystem::path& folder, ListKind kind);

// The file: "berth list 1", the SHA-256 of all that follows, the ListInfo as a line of JSON, then the entries.
std::string encode_list(const KnownList& list);
// Errors: Corrupt when a byte is not what was written; InvalidInput when it is no such file, or one of a newer Berth.
Result<KnownList> decode_list(ListKind kind, std::string_view bytes);

}  // namespace berth::vet
