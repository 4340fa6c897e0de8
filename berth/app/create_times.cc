#include "berth/app/create_times.h"

#include <algorithm>
#include <charconv>

namespace berth::app {

void add_times(std::string_view printed, CreateTimes& times) {
  const std::size_t at = printed.rfind("times ");
  if (at == std::string_view::npos) return;
  printed.remove_prefix(at + 6);
  double values[3] = {};
  for (double& value : values) {
    const auto [end, error] = std::from_chars(printed.data(), printed.data() + printed.size(), value);
    if (error != std::errc()) return;
    printed.remove_prefix(static_cast<std::size_t>(end - printed.data()));
    printed.remove_prefix(std::min(printed.find_first_not_of(' '), printed.size()));
  }
  const auto milliseconds = [](double seconds) { return std::chrono::milliseconds(static_cast<long>(seconds * 1000)); };
  times.packages += milliseconds(values[1] - values[0]);
  times.pip += milliseconds(values[2] - values[1]);
}

}  // namespace berth::app
