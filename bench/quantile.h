// For what the programs of the benchmarks print.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace berth {

// The value below which the share `where` (0 to 1) of `values` lies; 0 of none.
inline double quantile(std::vector<double> values, double where) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, static_cast<std::size_t>(where * static_cast<double>(values.size())))];
}

}  // namespace berth
