#include "berth/app/code_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "berth/app/embedded.h"
#include "berth/base/ids.h"
#include "berth/base/sha256.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestCode = 32 << 20;
constexpr int kCompileMilliseconds = 60'000;
constexpr char kLoopFile[] = "loop.pyc";
constexpr char kPreludeFile[] = "prelude.bin";

// Two files for one compilation: NAME.loop and NAME.prelude.
std::filesystem::path stem_of(const std::filesystem::path& folder, const container::LaunchSpec& spec,
                              const content::CodePrelude& prelude) {
  // Of what is part of the program, the digest stands for the text: hashing it would be a tenth of a start.
  Sha256 hash;
  for (const std::string_view part : {embedded_loop_digest(), std::string_view(prelude.known_digest),
                                      std::string_view(prelude.text).substr(prelude.known_size)}) {
    hash.update(fmt::format("{}:", part.size()));
    hash.update(part);
  }
  const std::string program = spec.programs.empty() ? "" : spec.programs.front();
  return folder /
         fmt::format("{}-{}-{}", spec.root.image_id.substr(0, 32), program, std::move(hash).hex().substr(0, 32));
}

std::filesystem::path with_ending(const std::filesystem::path& stem, const char* ending) {
  return stem.native() + ending;
}

// Opened and not read: what is in it goes from the kernel's cache into the container.
std::shared_ptr<const UniqueFd> open_kept(const std::filesystem::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct stat status = {};
  const bool is_good = file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
  return is_good ? std::make_shared<const UniqueFd>(std::move(file)) : nullptr;
}

std::optional<CompiledCode> find_kept(const std::filesystem::path& stem) {
  auto loop = open_kept(with_ending(stem, ".loop"));
  auto prelude = open_kept(with_ending(stem, ".prelude"));
  if (!loop || !prelude) return std::nullopt;
  return CompiledCode{{kLoopFile, "", std::move(loop)}, {kPreludeFile, "", std::move(prelude)}};
}

Result<std::string> take(int scratch, const char* name) {
  BERTH_TRY(UniqueFd file, sys::open_without_links_or_mounts(scratch, std::string("work/") + name,
                                                             O_RDONLY | O_NONBLOCK, "the folder of the compilation"));
  return sys::read_file(file, kLargestCode, name);
}

Result<container::ContainerEnd> end_of(container::Container& container) {
  return container.end(std::chrono::milliseconds(0));
}
Result<container::ContainerEnd> end_of(container::EngineContainer& container) { return container.end(); }

// What the compilation in `container` has made, which is a container of any engine.
template <class AnyContainer>
Result<CompiledCode> take_compiled(AnyContainer& container) {
  pollfd ended = {container.ended(), POLLIN, 0};
  BERTH_TRY(int ready, sys::call([&] { return ::poll(&ended, 1, kCompileMilliseconds); }, "wait for the compilation"));
  if (ready == 0) return fail(Errc::TimedOut, "compile the code: it took more than a minute");
  CompiledCode code = {{kLoopFile, "", {}}, {kPreludeFile, "", {}}};
  BERTH_TRY(code.loop.bytes, take(container.work_folder(), kLoopFile));
  BERTH_TRY(code.prelude.bytes, take(container.work_folder(), kPreludeFile));
  BERTH_TRY(const container::ContainerEnd end, end_of(container));
  // Only a compilation that says it is whole is kept: half a file would fail every call after.
  if (!end.status || !WIFEXITED(*end.status) || WEXITSTATUS(*end.status) != 0) {
    return fail(Errc::Unavailable, "compile the code: the interpreter did not end well");
  }
  return code;
}

}  // namespace

std::optional<CompiledCode> CodeCache::get(const container::LaunchSpec& spec, const content::CodePrelude& prelude) {
  const std::filesystem::path stem = stem_of(folder_, spec, prelude);
  if (auto found = find_kept(stem)) return found;
  auto made = make(spec, prelude.text);
  if (!made) return std::nullopt;
  // A cache that cannot be written costs time, not the call.
  if (sys::make_folders(folder_, 0700) &&
      sys::write_file_atomically(with_ending(stem, ".prelude"), made->prelude.bytes, 0600)) {
    std::ignore = sys::write_file_atomically(with_ending(stem, ".loop"), made->loop.bytes, 0600);
    // So the first call is given what the next ones are.
    if (auto kept = find_kept(stem)) return kept;
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
  BERTH_CHECK_OK(engine_.check(spec));
  BERTH_TRY(container::StartedContainer started, engine_.start(spec));
  return std::visit([](auto& container) { return take_compiled(container); }, started);
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
