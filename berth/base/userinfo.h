// Where an address has `user:password@`.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace berth {

struct Userinfo {
  std::size_t begin = 0;
  std::size_t end = 0;  // of its `@`
  // A `/`, `?` or `#` stands in the password and is not escaped: no program takes what stands behind the `@` for the
  // host. It must be hidden all the same.
  bool is_broken = false;
};

// Nothing where it has none. Pure.
std::optional<Userinfo> userinfo_of(std::string_view url);

}  // namespace berth
