// What only a process that does not come back can do: to be somewhere else for a moment.
#pragma once

#include <sched.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "berth/base/result.h"
#include "berth/sys/child.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/pipe.h"

namespace berth::sys {

// What `work` gives in a copy of this process, which ends with it. The descriptors that it makes are this process's,
// whose table it shares. Of a process with one thread. Errors: those of Child::start(); Unavailable when the copy died.
template <class Work>
auto told_by_visitor(const Work& work, std::string_view doing) -> Result<std::invoke_result_t<Work>> {
  using Told = std::invoke_result_t<Work>;
  static_assert(std::is_trivially_copyable_v<Told>);
  BERTH_TRY(Pipe said, make_pipe());
  const auto visit = [&] {
    const Told told = work();
    return ::write(said.write.get(), &told, sizeof(told)) == sizeof(told) ? 0 : 1;
  };
  BERTH_TRY(Child visitor, Child::start(CLONE_FILES, std::nullopt, visit));
  BERTH_CHECK_OK(visitor.wait());
  // The end of file, which a process of the visitor's may hold up, need not be waited for: it has been said.
  Told told;
  if (is_readable(said.read.get()) && ::read(said.read.get(), &told, sizeof(told)) == sizeof(told)) return told;
  return fail(Errc::Unavailable, std::string(doing) + ": the process that did died");
}

}  // namespace berth::sys
