// Which tag comes next: revisions count up for a name and version, and none is given twice.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/image/local_store.h"
#include "berth/image/reference.h"

namespace berth::image {

// The next free tag `<version>.<revision>` of `name` (of which tag and digest are not looked at). The highest revision
// ever given is kept in `file`, so that a removed image's tag is not given again, and is written before the tag is
// used: an interrupted run leaves a gap, never a second meaning. `key` is what the file knows the image by. Two
// processes are given two tags.
// Errors: Corrupt when the file is no JSON; those of reading the storage, and of writing the file.
Result<std::string> take_next_tag(const std::filesystem::path& file, const std::string& key, std::string_view version,
                                  const LocalStore& store, const Reference& name);

// The tag that would come next; nothing is written. Errors: as above.
Result<std::string> next_free_tag(const std::filesystem::path& file, const std::string& key, std::string_view version,
                                  const LocalStore& store, const Reference& name);

}  // namespace berth::image
