#include "berth/app/engine_leftovers.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "berth/base/text_parts.h"
#include "berth/sys/engine_program.h"
#include "berth/sys/file.h"
#include "berth/sys/tool.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;
using container::EngineKind;

constexpr auto kRemovalTime = std::chrono::minutes(1);
constexpr int kLooks = 20;
constexpr auto kBetweenLooks = std::chrono::milliseconds(500);
constexpr std::size_t kLargestNotes = 1 << 20;

// It comes to stand in an engine's filter.
bool is_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  return !text.empty() && !text.starts_with('-') && text.find_first_not_of(kLetters) == std::string_view::npos;
}

Result<void> write_notes(const std::filesystem::path& cache_folder, const std::vector<EngineBuild>& builds) {
  const std::filesystem::path file = engine_builds_file(cache_folder);
  if (builds.empty()) {
    std::error_code error;
    std::filesystem::remove(file, error);
    if (!error) return {};
    return std::unexpected(Error::from_errno(error.value(), fmt::format("remove '{}'", file.native())));
  }
  std::string text;
  for (const EngineBuild& one : builds) text += fmt::format("{} {}\n", container::name_of(one.kind), one.name);
  return sys::write_file_atomically(file, text, 0644);
}

// What of a build is in its engine, and the removal.
class Sweep {
 public:
  explicit Sweep(const EngineBuild& build)
      : program_(sys::engine_program(container::name_of(build.kind))),
        label_(fmt::format("label={}={}", kBuildLabel, build.name)),
        name_("name=" + build.name) {
    options_.time_limit = kRemovalTime;  // although there is no time left, or somebody wants it to end
    options_.environment = program_.environment;
  }

  Result<void> run() const {
    const auto deadline = Clock::now() + kRemovalTime;
    for (int look = 1;; ++look) {
      BERTH_TRY(const auto containers, ask({"ps", "--all", "--quiet", "--filter", label_, "--filter", name_}));
      BERTH_TRY(const auto images,
                ask({"image", "ls", "--quiet", "--no-trunc", "--filter", label_, "--filter", "dangling=true"}));
      auto removed = remove(containers, images);
      // The watcher of a killed build may be at the same removal, which an engine then refuses.
      if (removed || look == kLooks || Clock::now() >= deadline) return removed;
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }

 private:
  Result<std::vector<std::string>> ask(std::vector<std::string> words) const {
    words.insert(words.begin(), program_.name);
    BERTH_TRY(const auto said,
              sys::run_tool(words, options_).context([] { return "remove what an interrupted build has left"; }));
    const auto lines = words_of(said.out, "\n");
    return std::vector<std::string>(lines.begin(), lines.end());
  }

  Result<void> remove(const std::vector<std::string>& containers, const std::vector<std::string>& images) const {
    for (const std::string& id : containers) BERTH_CHECK_OK(ask({"rm", "--force", "--volumes", id}));
    for (const std::string& id : images) BERTH_CHECK_OK(ask({"image", "rm", id}));
    return {};
  }

  sys::EngineProgram program_;
  sys::ToolOptions options_;
  std::string label_;
  std::string name_;
};

}  // namespace

std::filesystem::path engine_builds_file(const std::filesystem::path& cache_folder) {
  return cache_folder / "create-engines";
}

std::vector<EngineBuild> noted_engine_builds(const std::filesystem::path& cache_folder) {
  std::vector<EngineBuild> builds;
  const auto text = sys::read_file(engine_builds_file(cache_folder), kLargestNotes);
  if (!text) return builds;
  for (const std::string_view line : words_of(*text, "\n")) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos || !is_name(line.substr(blank + 1))) continue;
    for (const EngineKind kind : {EngineKind::Docker, EngineKind::Podman}) {
      if (line.substr(0, blank) == container::name_of(kind))
        builds.push_back({kind, std::string(line.substr(blank + 1))});
    }
  }
  return builds;
}

Result<void> note_engine_build(const std::filesystem::path& cache_folder, const EngineBuild& build) {
  std::vector<EngineBuild> builds = noted_engine_builds(cache_folder);
  builds.push_back(build);
  return write_notes(cache_folder, builds).context([] { return "note the build"; });
}

Result<void> sweep_engine_builds(const std::filesystem::path& cache_folder, EngineKind kind) {
  std::vector<EngineBuild> builds = noted_engine_builds(cache_folder);
  while (true) {
    const auto next = std::ranges::find(builds, kind, &EngineBuild::kind);
    if (next == builds.end()) return {};
    BERTH_CHECK_OK(Sweep(*next).run());
    builds.erase(next);
    BERTH_CHECK_OK(write_notes(cache_folder, builds));
  }
}

}  // namespace berth::app
