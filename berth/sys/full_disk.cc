#include "berth/sys/full_disk.h"

#include <cerrno>

namespace berth::sys {

bool says_full_disk(std::string_view text) {
  return text.contains("o space left on device") || text.contains("isk quota exceeded");
}

Error with_room_advice(Error error) {
  if (error.os_error() != ENOSPC && error.os_error() != EDQUOT) return error;
  return Error(error.code(), error.message() + "; the disk is full: make room there");
}

}  // namespace berth::sys
