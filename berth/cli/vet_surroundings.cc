#include "berth/cli/vet_surroundings.h"

#include <cstdlib>
#include <optional>
#include <string_view>

#include "berth/sys/file.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 4 << 20;

struct Found {
  std::string text;
  std::string name;
};

// `given`, or the last of the files `name` beside those of the configuration; nothing where there is none.
Result<std::optional<Found>> find_file(const std::string& given, const char* name) {
  std::vector<fs::path> paths;
  if (!given.empty()) {
    paths = {given};
  } else if (const char* configuration = std::getenv("BERTH_CONFIG");
             configuration != nullptr && *configuration != '\0') {
    paths = {fs::path(configuration).parent_path() / name};
  } else {
    for (const fs::path& file : app::configuration_files()) paths.push_back(file.parent_path() / name);
  }
  std::optional<Found> found;
  for (const fs::path& path : paths) {
    auto text = sys::read_file(path, kLargestFile);
    if (text) {
      found = Found{*std::move(text), path.native()};
    } else if (!given.empty() || text.error().code() != Errc::NotFound) {
      return std::unexpected(std::move(text).error());
    }
  }
  return found;
}

}  // namespace

fs::path advisory_folder(const app::Settings& settings) { return settings.state / "vet"; }

Result<vet::Policy> load_policy(const std::string& given) {
  BERTH_TRY(const auto found, find_file(given, "vet.yaml").context([] { return "read the policy"; }));
  if (!found) return vet::Policy();
  return vet::parse_policy(found->text, found->name);
}

Result<std::vector<vet::Approval>> load_approvals(const std::string& given) {
  BERTH_TRY(const auto found, find_file(given, "approvals.yaml").context([] { return "read the approvals"; }));
  if (!found) return std::vector<vet::Approval>();
  return vet::parse_approvals(found->text, found->name);
}

}  // namespace berth::cli
