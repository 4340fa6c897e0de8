#include <cstdio>

#include "berth/base/utf8.h"
#include "berth/cli/commands.h"

namespace berth::cli {

int exit_code_of(const Error& error) {
  switch (error.code()) {
    case Errc::InvalidInput:
    case Errc::NotFound:
    case Errc::AlreadyExists:
    case Errc::Conflict:
      return kBadInputExit;
    case Errc::Internal:
      return kBugExit;
    case Errc::Denied:
    case Errc::TimedOut:
    case Errc::Exhausted:
    case Errc::Unavailable:
    case Errc::Corrupt:
      return kMachineExit;
  }
  return kBugExit;
}

int complain(const Error& error) {
  std::fprintf(stderr, "berth: %s\n", to_visible(error.message(), false).c_str());
  return exit_code_of(error);
}

}  // namespace berth::cli
