// Pipes and socket pairs, close-on-exec.
#pragma once

#include <string_view>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> make_pipe();

// Makes reads and writes of `fd` return at once. `name` is what errors call it.
Result<void> set_nonblocking(int fd, std::string_view name);

}  // namespace berth::sys
