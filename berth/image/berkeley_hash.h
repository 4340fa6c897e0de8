// The values of a hash table in a file of Berkeley DB, as rpm's `Packages` is one, read without Berkeley DB.
#pragma once

#include <string_view>

#include "berth/base/result.h"
#include "berth/image/take_blob.h"

namespace berth::image {

// Whether `file` begins as one does, in either order of bytes.
bool is_berkeley_hash(std::string_view file);

// Hands each value to `take` whose key is a number of four bytes and not 0, under which rpm keeps a counter. Goes from
// bucket to bucket, as rpm does: what it would not find is not told. No page is read twice, so time, memory and what
// comes out are bounded by the file's length. What the library can write and rpm does not (encryption, checksums,
// several files, several values of a key) is refused. Pure.
// Errors: Corrupt, with the page, when it is no such file or is damaged; `take` may have been called before.
Result<void> read_berkeley_values(std::string_view file, const TakeBlob& take);

}  // namespace berth::image
