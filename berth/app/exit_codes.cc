#include "berth/app/exit_codes.h"

namespace berth::app {

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

int input_exit_code(const Error& error) {
  const bool is_refused = error.code() == Errc::Exhausted || error.code() == Errc::Denied;
  return is_refused ? kBadInputExit : exit_code_of(error);
}

}  // namespace berth::app
