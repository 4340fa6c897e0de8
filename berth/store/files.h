// The files of investigations: which bytes stand behind which entry.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/store/blobs.h"
#include "berth/store/database.h"
#include "berth/store/entry_id.h"
#include "berth/store/time.h"

namespace berth::store {

struct NewFile {
  std::string file_id;  // a UUID, made by the caller
  EntryId entry;        // its entry is stored already
  std::string name;     // for people; never a path
  FileFacts facts;      // as Blobs::put gave them
  bool info = false;    // an InfoFile: for people, not evidence
  Time at = now();
};

struct StoredFile {
  std::string file_id;
  EntryId entry;
  std::string name;
  std::string extension;
  FileFacts facts;
  bool info = false;
  Time created;
};

// For the thread of its database. The bytes are put first (Blobs::put), outside any transaction, then the row is added,
// in one transaction with the entry: so no row is ever without its bytes.
class Files {
 public:
  Files(Database& database, Blobs blobs) : database_(database), blobs_(std::move(blobs)) {}

  const Blobs& blobs() const { return blobs_; }

  // Errors: NotFound when the entry or the bytes are not there; InvalidInput when `file_id` is no UUID; AlreadyExists.
  Result<StoredFile> add(const NewFile& file);

  // By file id, or by the text of an entry id. Errors: NotFound.
  Result<StoredFile> get(std::string_view file_or_entry_id);
  // In the order in which they were added.
  Result<std::vector<StoredFile>> list(InvestigationId investigation);
  // The bytes, for reading alone. Errors: Corrupt when they are gone.
  Result<UniqueFd> open(const StoredFile& file) const;

  struct Swept {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
  };
  // Bytes that are younger than this are never swept: their row may be on the way.
  static constexpr std::chrono::hours kGrace{24};
  // Removes the bytes that no row names and that were put more than `grace` ago.
  Result<Swept> sweep(std::chrono::seconds grace = kGrace);

 private:
  Database& database_;
  Blobs blobs_;
};

}  // namespace berth::store
