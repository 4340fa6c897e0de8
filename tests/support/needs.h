// What a test needs of the machine.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

namespace berth::testing {

// Whether BERTH_REQUIRE, a list with commas, names `need`: a lane that promises it must not skip by accident.
inline bool is_required(std::string_view need) {
  const char* listed = std::getenv("BERTH_REQUIRE");
  for (std::string_view rest = listed != nullptr ? listed : ""; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    if (word == need) return true;
    rest.remove_prefix(word.size() < rest.size() ? word.size() + 1 : rest.size());
  }
  return false;
}

}  // namespace berth::testing

// Skips the test with the reason when `probe`, a Result of really doing what is needed, is an error; fails instead
// where BERTH_REQUIRE names `need`.
#define BERTH_NEEDS(need, probe)                                                                \
  do {                                                                                          \
    if (const auto& probed = (probe); !probed.has_value()) {                                    \
      if (::berth::testing::is_required(need)) FAIL() << need ": " << probed.error().message(); \
      GTEST_SKIP() << "needs " need ": " << probed.error().message();                           \
    }                                                                                           \
  } while (false)
