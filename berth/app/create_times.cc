#include "berth/app/create_times.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <charconv>

namespace berth::app {

std::chrono::milliseconds since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
}

std::int64_t seconds_of(const std::string& text) {
  tm parts = {};
  if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return 0;
  return std::max<std::int64_t>(::timegm(&parts), 0);
}

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

Error with_time_limit(Error error, std::chrono::steady_clock::time_point begun, std::chrono::milliseconds limit) {
  if (error.code() != Errc::TimedOut || std::chrono::steady_clock::now() - begun < limit) return error;
  return Error(Errc::TimedOut, fmt::format("{}; all of it has {} s: --timeout gives it more", error.message(),
                                           std::chrono::duration<double>(limit).count()));
}

}  // namespace berth::app
