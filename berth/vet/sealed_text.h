// The form of the files that vetting keeps: a line that says what it is and of which version, the SHA-256 of all that
// follows, and that.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::vet {

struct Seal {
  std::string_view magic;    // in front: "berth list "
  std::string_view version;  // behind it: "1"
  std::string_view foreign;  // what is said of another file: "it is no list of Berth's"
  std::string_view again;    // what to do about a newer or damaged one: "import it again"
};

std::string sealed(const Seal& seal, std::string_view text);

// The text of `bytes`, a view into it. Errors: Corrupt when a byte is not what was written; InvalidInput when it is no
// such file, or one of a newer Berth.
Result<std::string_view> open_sealed(const Seal& seal, std::string_view bytes);

// The line in front of `rest`, without what ends it; empty where nothing ends one.
std::string_view take_line(std::string_view& rest);

}  // namespace berth::vet
