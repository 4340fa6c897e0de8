#include "berth/app/debugger.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <system_error>

#include "berth/app/embedded.h"
#include "berth/content/code_chunks.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPackages = "debugger";  // below kFixedFolder
constexpr const char* kSources = "source";
constexpr const char* kPackage = "debugpy";
// What the distribution's debugpy takes from beside it; others have a copy inside.
constexpr const char* kCompanion = "bytecode";
constexpr std::size_t kMostFiles = 4'000;
constexpr std::size_t kMostBytes = 32 << 20;
constexpr int kDeepest = 16;

bool is_wanted(const fs::path& path) {
  const fs::path ending = path.extension();
  return ending != ".pyc" && path.filename() != "__pycache__";
}

Result<void> gather(const fs::path& folder, const std::string& name, int depth, std::size_t& bytes,
                    std::vector<container::FixedFile>& files) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder, error)) entries.push_back(entry.path());
  if (error) return std::unexpected(Error::from_errno(error.value(), fmt::format("read folder '{}'", folder.native())));
  std::ranges::sort(entries);
  for (const fs::path& entry : entries) {
    if (!is_wanted(entry)) continue;
    const std::string inner = name + "/" + entry.filename().native();
    const bool is_folder = fs::is_directory(entry, error);  // of what a link leads to
    if (is_folder && depth < kDeepest) BERTH_CHECK_OK(gather(entry, inner, depth + 1, bytes, files));
    if (is_folder || !fs::is_regular_file(entry, error)) continue;
    BERTH_TRY(std::string text, sys::read_file(entry, kMostBytes));
    bytes += text.size();
    if (bytes > kMostBytes || files.size() >= kMostFiles) {
      return fail(Errc::Exhausted, fmt::format("it has more than {} files or {} MiB; see that the setting "
                                               "debug.debugpy names the folder that holds the package",
                                               kMostFiles, kMostBytes >> 20));
    }
    files.push_back({inner, std::move(text)});
  }
  return {};
}

std::string inside(const char* part) { return std::string(container::kFixedFolder) + "/" + part; }

}  // namespace

Result<std::vector<container::FixedFile>> read_debugpy(const fs::path& folder) {
  const fs::path package = folder / kPackage;
  std::error_code error;
  if (!fs::is_regular_file(package / "__init__.py", error)) {
    return fail(Errc::NotFound,
                fmt::format("--debugpy: '{}' is no package; install 'python3-debugpy' on this machine, or name the "
                            "folder that has it with the setting debug.debugpy",
                            package.native()));
  }
  std::vector<container::FixedFile> files;
  std::size_t bytes = 0;
  for (const char* name : {kPackage, kCompanion}) {
    if (!fs::is_directory(folder / name, error)) continue;
    BERTH_CHECK_OK(gather(folder / name, fmt::format("{}/{}", kPackages, name), 0, bytes, files).context([&] {
      return fmt::format("--debugpy: take '{}' into the container", (folder / name).native());
    }));
  }
  return files;
}

Result<void> put_debugger(std::uint16_t port, std::vector<container::FixedFile> debugpy, const content::Item& item,
                          const content::AssembledCode& code, container::LaunchSpec& spec, wire::Job& job) {
  if (item.code_path.extension() != ".py") {
    return fail(Errc::InvalidInput, fmt::format("--debugpy: the code of '{}' lies in no Python file, so that no editor "
                                                "could show its lines; put it into one beside its YAML",
                                                item.name));
  }
  std::error_code error;
  const fs::path path = fs::absolute(item.code_path, error).lexically_normal();
  const std::string name = path.filename();
  wire::Debugger debugger{.packages = inside(kPackages),
                          .port = port,
                          .outside = path.parent_path().native(),
                          .inside = inside(kSources),
                          .parts = {}};
  for (content::CodeChunk& chunk : content::chunks_of(code, item)) {
    const std::string file = chunk.is_own ? debugger.inside + "/" + name : "";
    debugger.parts.push_back({std::move(chunk.text), file, chunk.first_line});
  }
  spec.fixed = std::move(debugpy);
  spec.fixed.push_back({"loop.py", std::string(embedded_loop())});
  spec.fixed.push_back({std::string(kSources) + "/" + name, item.code});
  // Modules that are part of the interpreter would be passed over in steps, and it says so at length; older ones do not
  // know the option and let it be.
  spec.arguments = {"-X", "frozen_modules=off", inside("loop.py"), "frames", "3", "4"};
  job.debugger = std::move(debugger);
  return {};
}

}  // namespace berth::app
