#include "berth/base/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace berth {
namespace {

Errc errc_of(int err) {
  switch (err) {
    case ENOENT:
    case ESRCH:
    case ENODEV:
      return Errc::NotFound;
    case EEXIST:
      return Errc::AlreadyExists;
    case EPERM:
    case EACCES:
    case EROFS:
      return Errc::Denied;
    case ETIMEDOUT:
      return Errc::TimedOut;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
      return Errc::Exhausted;
    case ENOSYS:
    case EOPNOTSUPP:
    case ECONNREFUSED:
      return Errc::Unavailable;
    default:
      return Errc::InvalidInput;
  }
}

}  // namespace

Error Error::from_errno(int err, std::string_view doing) {
  // generic_category is thread safe, strerror is not.
  Error error(errc_of(err), fmt::format("{}: {}", doing, std::generic_category().message(err)));
  error.os_error_ = err;
  return error;
}

Error Error::in(std::string_view context) && {
  message_.insert(0, fmt::format("{}: ", context));
  return std::move(*this);
}

void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "berth: a bug: '%s' does not hold at %s:%d\n", what, file, line);
  std::abort();
}

}  // namespace berth
