// How long a call may take to come to its script.
#pragma once

#include <chrono>

namespace berth::app {

// Beside the time that the script itself may take. For looking up the item's image, making its network and starting its
// container: Berth does that in a fraction of a second, another engine that starts many at once has a minute for it,
// and the storage may be busy with an image that is just being kept. Images are not fetched in a call.
constexpr std::chrono::seconds kLongestPreparation{120};

}  // namespace berth::app
