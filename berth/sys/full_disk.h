// Disks that are full: how it is recognised, and what is said of it.
#pragma once

#include <string_view>
#include <utility>

#include "berth/base/result.h"

namespace berth::sys {

// Whether `text`, of another program, says that a disk or a quota of it is full. Pure.
bool says_full_disk(std::string_view text);

// Adds what to do to an error of the kernel's that says so; its text names the file. Any other stays as it is. Pure.
Error with_room_advice(Error error);

template <class T>
Result<T> with_room_advice(Result<T> result) {
  if (result) return result;
  return std::unexpected(with_room_advice(std::move(result).error()));
}

}  // namespace berth::sys
