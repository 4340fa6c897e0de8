#include "berth/vet/installed_packages.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <tuple>

#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/vet/core_metadata.h"
#include "berth/vet/python_licence.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::size_t kMostPackages = 20'000;
constexpr std::size_t kLargestMetadata = std::size_t{8} << 20;
constexpr std::size_t kLargestLicence = std::size_t{1} << 20;
constexpr std::size_t kMostLicenceFiles = 50;
constexpr std::string_view kEnding = ".dist-info";

// Paths of all metadata folders, from `folder`.
Result<std::vector<fs::path>> metadata_folders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  std::size_t entries = 0;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (++entries > kMostEntries)
      return fail(Errc::Exhausted, fmt::format("it holds more than {} files and folders", kMostEntries));
    std::error_code ignored;
    if (!at->is_directory(ignored) || at->is_symlink(ignored)) continue;
    if (!at->path().filename().native().ends_with(kEnding)) continue;
    if (found.size() == kMostPackages)
      return fail(Errc::Exhausted, fmt::format("it holds more than {} packages", kMostPackages));
    found.push_back(at->path().lexically_relative(folder));
    at.disable_recursion_pending();
  }
  if (error) return std::unexpected(Error::from_errno(error.value(), "read the folder"));
  return found;
}

Result<std::string> read_inside(int root, const fs::path& path, std::size_t limit) {
  BERTH_TRY(const UniqueFd file, sys::open_without_links(root, path, O_RDONLY | O_NONBLOCK, "the folder"));
  return sys::read_file(file, limit, path.native());
}

// Those that the metadata names, and those that are named as licences; what cannot be read says nothing.
std::vector<LicenceFile> licence_files(int root, const fs::path& folder, const fs::path& metadata,
                                       const CoreMetadata& core) {
  std::vector<std::string> names;
  for (const std::string& file : core.licence_files) {
    names.push_back("licenses/" + file);
    names.push_back(file);
  }
  std::error_code error;
  fs::recursive_directory_iterator at(folder / metadata, error);
  for (std::size_t seen = 0; !error && at != fs::recursive_directory_iterator() && seen < kMostEntries;
       at.increment(error), ++seen) {
    const std::string name = at->path().lexically_relative(folder / metadata).native();
    if (is_licence_file_name(name)) names.push_back(name);
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  std::vector<LicenceFile> files;
  for (const std::string& name : names) {
    if (files.size() == kMostLicenceFiles) break;
    if (auto text = read_inside(root, metadata / name, kLargestLicence)) files.push_back({name, *std::move(text)});
  }
  return files;
}

Facts facts_of(int root, const fs::path& folder, const fs::path& metadata) {
  const std::string origin = (metadata / "METADATA").native();
  Facts facts;
  auto text = read_inside(root, metadata / "METADATA", kLargestMetadata);
  auto core = text ? parse_core_metadata(*text) : Result<CoreMetadata>(std::unexpected(text.error()));
  if (core) {
    facts.package = make_package(Ecosystem::PyPI, core->name, core->version, origin);
    facts.licences = python_licence_statements(*core, licence_files(root, folder, metadata, *core));
    return facts;
  }
  // NAME-VERSION.dist-info
  const std::string stem = metadata.stem().native();
  const std::size_t hyphen = std::min(stem.find('-'), stem.size());
  facts.package =
      make_package(Ecosystem::PyPI, stem.substr(0, hyphen), stem.substr(std::min(hyphen + 1, stem.size())), origin);
  facts.findings.push_back({Verdict::Ask, "facts.missing", facts.package, to_visible(core.error().message(), false),
                            "install the package anew, or approve it"});
  return facts;
}

}  // namespace

Result<std::vector<Facts>> read_installed_packages(const fs::path& folder) {
  const auto reading = [&] { return fmt::format("read packages in '{}'", folder.native()); };
  BERTH_TRY(const UniqueFd root, sys::open_folder(folder).context(reading));
  BERTH_TRY(const std::vector<fs::path> found, metadata_folders(folder).context(reading));
  std::vector<Facts> all;
  for (const fs::path& metadata : found) all.push_back(facts_of(root.get(), folder, metadata));
  std::ranges::sort(all, {}, [](const Facts& one) { return std::tie(one.package.name, one.package.origin); });
  return all;
}

}  // namespace berth::vet
