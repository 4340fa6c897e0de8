// Texts that are part of the program itself: nothing on disk can be put in their place.
#pragma once

#include <string_view>

#include "berth/content/common_parts.h"

namespace berth::app {

std::string_view embedded_loop();         // loop/loop.py
std::string_view embedded_loop_digest();  // its SHA-256, in hexadecimal digits
std::string_view embedded_zygote();       // loop/zygote.py
std::string_view embedded_watch();        // loop/watch.py
std::string_view embedded_ahead();        // loop/ahead.py
std::string_view embedded_again();        // loop/again.py
std::string_view embedded_kept();         // loop/kept.py
std::string_view embedded_learned();      // loop/learned.py
content::CommonScript embedded_common();  // the parts in common/, one after the other

}  // namespace berth::app
