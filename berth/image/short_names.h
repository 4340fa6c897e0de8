// The few names that stand for an image of Berth's own making.
#pragma once

#include <string_view>
#include <utility>

#include "berth/image/reference.h"

namespace berth::image {

// What `--image python3` means. Only whole names without registry and organisation are short.
inline constexpr std::pair<std::string_view, std::string_view> kShortNames[] = {
    {"python3", "berth/python3-deb"},  // the newest local Python 3 base
    {"python", "berth/python-deb"},    // the newest local Python 2 base, by the name that the originals' has
    {"python2", "berth/python-deb"},
};

// `reference` with a short name written out; tag and digest stay.
Reference with_long_name(Reference reference);

}  // namespace berth::image
