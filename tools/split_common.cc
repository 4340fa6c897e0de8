// Part of the build: takes the common library apart, so that no call has to (berth/content/common_parts.h).
//
//   split_common COMMON LOOP FOLDER
//
// writes to FOLDER: `always.py`, `optional_names`, and `digests`: the SHA-256 of COMMON, of `always.py` and of LOOP, 64
// hexadecimal digits each.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "berth/base/sha256.h"
#include "berth/content/common_parts.h"
#include "berth/sys/file.h"

namespace berth {
namespace {

constexpr std::size_t kLargestScript = 16 << 20;

Result<void> split(const std::filesystem::path& common, const std::filesystem::path& loop,
                   const std::filesystem::path& folder) {
  BERTH_TRY(const std::string whole, sys::read_file(common, kLargestScript));
  BERTH_TRY(const std::string loop_text, sys::read_file(loop, kLargestScript));
  const content::CommonParts parts = content::split_common(whole);
  const std::string digests = sha256_hex(whole) + sha256_hex(parts.always) + sha256_hex(loop_text);
  BERTH_CHECK_OK(sys::write_file_atomically(folder / "always.py", parts.always, 0644));
  BERTH_CHECK_OK(sys::write_file_atomically(folder / "optional_names", parts.optional_names, 0644));
  return sys::write_file_atomically(folder / "digests", digests, 0644);
}

}  // namespace
}  // namespace berth

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: split_common COMMON LOOP FOLDER\n", stderr);
    return 2;
  }
  const auto done = berth::split(argv[1], argv[2], argv[3]);
  if (done) return 0;
  std::fputs(fmt::format("split_common: {}\n", done.error().message()).c_str(), stderr);
  return 1;
}
