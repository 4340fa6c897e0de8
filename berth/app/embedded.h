// Texts that are part of the program itself: nothing on disk can be put in their place.
#pragma once

#include <string_view>

namespace berth::app {

std::string_view embedded_loop();    // loop/loop.py
std::string_view embedded_zygote();  // loop/zygote.py
std::string_view embedded_common();  // the parts in common/, one after the other

}  // namespace berth::app
