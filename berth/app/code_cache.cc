#include "berth/app/code_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include "berth/app/embedded.h"
#include "berth/base/ids.h"
#include "berth/base/sha256.h"
#include "berth/container/container.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestCode = 32 << 20;
constexpr int kCompileMilliseconds = 60'000;

// Two files for one compilation: NAME.loop and NAME.prelude.
std::filesystem::path stem_of(const std::filesystem::path& folder, const container::LaunchSpec& spec,
                              std::string_view prelude) {
  Sha256 hash;
  for (const std::string_view part : {embedded_loop(), std::string_view("\0", 1), prelude}) hash.update(part);
  const std::string program = spec.programs.empty() ? "" : spec.programs.front();
  return folder /
         fmt::format("{}-{}-{}", spec.root.image_id.substr(0, 32), program, std::move(hash).hex().substr(0, 32));
}

std::filesystem::path with_ending(const std::filesystem::path& stem, const char* ending) {
  return stem.native() + ending;
}

std::optional<CompiledCode> read(const std::filesystem::path& stem) {
  auto loop = sys::read_file(with_ending(stem, ".loop"), kLargestCode);
  auto prelude = sys::read_file(with_ending(stem, ".prelude"), kLargestCode);
  if (!loop || !prelude) return std::nullopt;
  return CompiledCode{*std::move(loop), *std::move(prelude)};
}

Result<std::string> take(int scratch, const char* name) {
  BERTH_TRY(UniqueFd file, sys::open_without_links_or_mounts(scratch, std::string("work/") + name,
                                                             O_RDONLY | O_NONBLOCK, "the folder of the compilation"));
  return sys::read_file(file, kLargestCode, name);
}

}  // namespace

std::optional<CompiledCode> CodeCache::get(const container::LaunchSpec& spec, std::string_view prelude) {
  const std::filesystem::path stem = stem_of(folder_, spec, prelude);
  if (auto found = read(stem)) return found;
  auto made = make(spec, prelude);
  if (!made) return std::nullopt;
  // A cache that cannot be written costs time, not the call.
  if (sys::make_folders(folder_, 0700) &&
      sys::write_file_atomically(with_ending(stem, ".prelude"), made->prelude, 0600)) {
    std::ignore = sys::write_file_atomically(with_ending(stem, ".loop"), made->loop, 0600);
  }
  return *std::move(made);
}

Result<CompiledCode> CodeCache::make(container::LaunchSpec spec, std::string_view prelude) {
  spec.id = make_call_id();
  spec.arguments = {std::string(container::kFixedFolder) + "/loop.py", "compile", container::kWorkFolder};
  spec.fixed = {{"loop.py", std::string(embedded_loop())}, {"prelude.py", std::string(prelude)}};
  spec.files.clear();
  spec.keep = false;
  const bool allow_unlimited = spec.limits.allow_unlimited;
  spec.limits = container::Limits();  // not the call's: its own may be too small for this
  spec.limits.allow_unlimited = allow_unlimited;
  BERTH_TRY(container::Container container, container::Container::start(spec, runtime_));
  pollfd ended = {container.ended(), POLLIN, 0};
  BERTH_TRY(int ready, sys::call([&] { return ::poll(&ended, 1, kCompileMilliseconds); }, "wait for the compilation"));
  if (ready == 0) return fail(Errc::TimedOut, "compile the code: it took more than a minute");
  CompiledCode code;
  BERTH_TRY(code.loop, take(container.work_folder(), "loop.pyc"));
  BERTH_TRY(code.prelude, take(container.work_folder(), "prelude.bin"));
  BERTH_TRY(const container::ContainerEnd end, container.end(std::chrono::milliseconds(0)));
  // Only a compilation that says it is whole is kept: half a file would fail every call after.
  if (!end.status || !WIFEXITED(*end.status) || WEXITSTATUS(*end.status) != 0) {
    return fail(Errc::Unavailable, "compile the code: the interpreter did not end well");
  }
  return code;
}

Result<std::size_t> CodeCache::clear(const std::filesystem::path& folder) {
  std::size_t removed = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (std::filesystem::remove(entry.path(), error)) ++removed;
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail(Errc::Unavailable, fmt::format("remove compiled code in '{}': {}", folder.native(), error.message()));
  }
  return removed;
}

}  // namespace berth::app
