// The databases in which rpm keeps what it has installed, read without rpm.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/package_database.h"
#include "berth/image/take_blob.h"

namespace berth::image {

struct RpmRecords : PackageRecords {
  // Of each file and folder of Python's metadata, the package that brought it, by path from the root.
  std::vector<std::pair<std::string, std::string>> python_owners;
  std::string unread;  // why not all of it could be read; empty when all was
};

// The packages in `file`, of whichever kind its first bytes say it is: `rpmdb.sqlite` (SQLite), `Packages.db` (rpm's
// own, "ndb") or `Packages` (Berkeley DB, of rpm before 4.16). Keys that rpm keeps among its packages are left out.
// What was read before a damaged place is kept. Pure.
RpmRecords parse_rpm_database(std::string_view file);

// Hands each header in a `Packages.db` to `take`; what the slots say of places is held against the file's length.
// Errors: Corrupt when it is none or is damaged; `take` may have been called before.
Result<void> read_ndb_blobs(std::string_view file, const TakeBlob& take);

}  // namespace berth::image
