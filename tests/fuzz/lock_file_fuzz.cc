// Lock files come from strangers: the first byte chooses the form; whatever is read has a name, which is judged, and
// keeps no credentials, and what is refused is refused in one line that a terminal can show.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/project_file.h"
#include "berth/vet/requirements.h"

namespace {

using namespace berth;

Result<vet::LockFile> read(char form, std::string_view text) {
  if (form == 'y') return vet::parse_pyproject(text, "pyproject.toml");
  if (form == 'P') return vet::parse_pipfile(text, "Pipfile");
  switch (form % 5) {
    case 0:
      return vet::parse_pipfile_lock(text, "lock");
    case 1:
      return vet::parse_poetry_lock(text, "lock");
    case 2:
      return vet::parse_uv_lock(text, "lock");
    case 3:
      return vet::parse_pylock(text, "lock");
    default: {
      auto list = vet::parse_requirements(text, "lock");
      if (!list) return std::unexpected(std::move(list).error());
      return std::move(list)->lock;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lock = read(text.front() < 0 ? 0 : text.front(), text.substr(1));
  if (!lock) {
    for (const char c : lock.error().message()) BERTH_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    return 0;
  }
  for (const auto& locked : lock->packages) {
    BERTH_ASSERT(!locked.package.written.empty());
    BERTH_ASSERT(vet::without_credentials(locked.index) == locked.index);
    for (const auto& file : locked.files) BERTH_ASSERT(vet::without_credentials(file) == file);
  }
  return 0;
}
