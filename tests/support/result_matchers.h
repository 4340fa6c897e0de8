// Assertions on Result that print the error's text.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "berth/base/result.h"

namespace berth::testing {

// True when `result` has a value; otherwise shows its error.
template <class T>
::testing::AssertionResult ok(const Result<T>& result) {
  if (result.has_value()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << result.error().message();
}

// True when `result` has an error of kind `code` whose text holds `why`.
template <class T>
::testing::AssertionResult fails_with(const Result<T>& result, Errc code, const std::string& why) {
  if (result.has_value()) return ::testing::AssertionFailure() << "it succeeded";
  const Error& error = result.error();
  if (error.code() != code) {
    return ::testing::AssertionFailure() << "code " << static_cast<int>(error.code()) << ": " << error.message();
  }
  if (error.message().find(why) == std::string::npos) {
    return ::testing::AssertionFailure() << "'" << why << "' is not in: " << error.message();
  }
  return ::testing::AssertionSuccess();
}

}  // namespace berth::testing
