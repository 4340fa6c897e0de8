#include <cstdio>

#include "berth/base/utf8.h"
#include "berth/cli/commands.h"

namespace berth::cli {

int complain(const Error& error) {
  std::fprintf(stderr, "berth: %s\n", to_visible(error.message(), false).c_str());
  return exit_code_of(error);
}

}  // namespace berth::cli
