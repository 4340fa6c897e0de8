#include "berth/app/judgement_files.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>
#include <system_error>
#include <vector>

#include "berth/sys/file.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 4 << 20;

// A link to what is not there, too: it was put there to count.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

// The later counts more.
std::vector<fs::path> places_of(const char* name) {
  const char* configuration = std::getenv("BERTH_CONFIG");
  if (configuration != nullptr && *configuration != '\0') return {fs::path(configuration).parent_path() / name};
  std::vector<fs::path> paths;
  for (const fs::path& file : configuration_files()) paths.push_back(file.parent_path() / name);
  return paths;
}

}  // namespace

fs::path advisory_folder(const Settings& settings) { return settings.state / "vet"; }

Result<std::optional<JudgementFile>> find_judgement_file(const std::string& given, const char* name) {
  const std::vector<fs::path> paths = given.empty() ? places_of(name) : std::vector<fs::path>{given};
  std::optional<JudgementFile> found;
  for (const fs::path& path : paths) {
    auto text = sys::read_file(path, kLargestFile);
    if (text) {
      found = JudgementFile{*std::move(text), path.native()};
    } else if (!given.empty() || text.error().code() != Errc::NotFound) {
      return std::unexpected(std::move(text).error());
    } else if (is_there(path)) {
      return fail(Errc::InvalidInput,
                  fmt::format("'{}' is a link to what is not there; put the file there, or take the "
                              "link away",
                              path.native()));
    }
  }
  return found;
}

fs::path judgement_file_place(const char* name) {
  const std::vector<fs::path> paths = places_of(name);
  return paths.empty() ? fs::path(name) : paths.back();
}

Result<vet::Policy> load_policy(const std::string& given) {
  BERTH_TRY(const auto found, find_judgement_file(given, "vet.yaml").context([] { return "read the policy"; }));
  if (!found) return vet::Policy();
  return vet::parse_policy(found->text, found->path);
}

}  // namespace berth::app
