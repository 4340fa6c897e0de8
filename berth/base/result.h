// A value or an Error, and the two macros that hand an Error upwards.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "berth/base/error.h"

namespace berth {

// A class rather than an alias so that [[nodiscard]] sticks to every use.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;

  // `text` returns a string; it is called on failure only.
  template <class F>
  Result context(F&& text) && {
    if (this->has_value()) return std::move(*this);
    return std::unexpected(std::move(this->error()).in(text()));
  }
};

inline std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected(Error(code, std::move(message)));
}

}  // namespace berth

#define BERTH_CAT_IN_(a, b) a##b
#define BERTH_CAT_(a, b) BERTH_CAT_IN_(a, b)

// BERTH_TRY(auto value, expr): declares `value`, or returns the error of `expr`.
#define BERTH_TRY(decl, ...) BERTH_TRY_(BERTH_CAT_(try_, __LINE__), decl, __VA_ARGS__)
#define BERTH_TRY_(result, decl, ...)                                         \
  auto result = (__VA_ARGS__);                                                \
  if (!result.has_value()) return std::unexpected(std::move(result).error()); \
  decl = *std::move(result)

// BERTH_CHECK_OK(expr): returns the error of `expr`, if it has one.
#define BERTH_CHECK_OK(...) BERTH_CHECK_(BERTH_CAT_(check_, __LINE__), __VA_ARGS__)
#define BERTH_CHECK_(result, ...)                                                                            \
  do {                                                                                                       \
    if (auto result = (__VA_ARGS__); !result.has_value()) return std::unexpected(std::move(result).error()); \
  } while (false)
