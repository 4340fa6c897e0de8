// What rendered text is made for.
#pragma once

#include <cstddef>

namespace berth::cli {

struct Page {
  std::size_t width = 0;  // columns; 0 for no limit, as in a pipe: nothing is wrapped, tables take their plain form
  bool colour = false;
  std::size_t limit_bytes = std::size_t{64} << 20;  // what is rendered beyond it is left out, with a notice
};

}  // namespace berth::cli
