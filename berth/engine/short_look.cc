#include "berth/engine/short_look.h"

#include <sched.h>

namespace berth::engine {

bool ShortLook::finds(std::span<pollfd> polled) {
  return finds([&] { return ::poll(polled.data(), polled.size(), 0) != 0; }, [] { ::sched_yield(); },
               [] { return Clock::now(); });
}

}  // namespace berth::engine
