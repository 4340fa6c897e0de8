// The rows of one table in a file of SQLite (https://www.sqlite.org/fileformat2.html), read without SQLite.
#pragma once

#include <cstddef>
#include <string_view>

#include "berth/base/result.h"
#include "berth/image/take_blob.h"

namespace berth::image {

constexpr std::string_view kSqliteMagic("SQLite format 3\0", 16);

// Hands the column `column` (the first is 0) of each row of the table `name` to `take`, in the order of their ids. What
// a file's schema could have SQLite do (views, triggers, generated columns, expressions in indexes) does not happen:
// of the schema nothing but the table's first page is taken. No page is read twice and no more comes out than is in the
// file, so time and memory are bounded by its length. A write-ahead log beside the file is not looked at. Pure.
// Errors: Corrupt, with the page, when it is no such file, has no such table, or is damaged; `take` may have been
// called before.
Result<void> read_sqlite_blobs(std::string_view file, std::string_view name, std::size_t column, const TakeBlob& take);

}  // namespace berth::image
