#include "berth/app/inventory_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "berth/app/image_view.h"
#include "berth/base/utf8.h"
#include "berth/image/inventory_reader.h"
#include "berth/vet/core_metadata.h"
#include "berth/vet/debian_copyright.h"
#include "berth/vet/distribution_release.h"
#include "berth/vet/python_licence.h"
#include "berth/vet/rpm_licence.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestMetadata = std::size_t{8} << 20;
constexpr std::size_t kLargestCopyright = std::size_t{4} << 20;
constexpr std::size_t kDeepest = 16;  // folders of licences in each other

vet::Ecosystem ecosystem_of(image::PackageFormat format) {
  switch (format) {
    case image::PackageFormat::Dpkg:
      return vet::Ecosystem::Debian;
    case image::PackageFormat::Apk:
      return vet::Ecosystem::Alpine;
    case image::PackageFormat::Rpm:
      return vet::Ecosystem::Rpm;
  }
  return vet::Ecosystem::Debian;
}

class Gatherer {
 public:
  Gatherer(const image::ImageTree& tree, const image::Inventory& inventory) : tree_(tree), inventory_(inventory) {}

  vet::Facts python(const image::PythonDistribution& distribution) const {
    vet::Facts facts;
    facts.package =
        vet::make_package(vet::Ecosystem::PyPI, distribution.name, distribution.version, distribution.metadata);
    facts.owner = owner_of(distribution.owner);
    const fs::path folder = distribution.metadata;
    const auto text = metadata_text(folder);
    const auto core = text ? vet::parse_core_metadata(*text) : Result<vet::CoreMetadata>(std::unexpected(text.error()));
    if (core) {
      facts.licences = vet::python_licence_statements(*core, licence_files(folder, *core));
    } else {
      facts.findings.push_back({vet::Verdict::Ask, "facts.missing", facts.package,
                                to_visible(core.error().message(), false), "install the package anew, or approve it"});
    }
    return facts;
  }

  vet::Facts distribution(const image::DistributionPackage& package) const {
    vet::Facts facts;
    facts.package = package_of(package);
    facts.release = vet::distribution_release(inventory_.os.id, inventory_.os.version_id);
    facts.source_name = package.source;
    facts.source_version = package.source_version;
    if (package.format == image::PackageFormat::Dpkg) {
      const auto text = tree_.read_file(fs::path("usr/share/doc") / package.name / "copyright", kLargestCopyright);
      auto statements = vet::debian_licence_statements(text ? *text : std::string());
      if (text && statements) facts.licences = *std::move(statements);
    } else if (!package.licence.empty()) {
      const bool is_rpm = package.format == image::PackageFormat::Rpm;
      facts.licences.push_back(
          {"licence field", package.licence,
           is_rpm ? vet::spdx_of_rpm_licence(package.licence) : vet::spdx_of_licence_field(package.licence)});
    }
    return facts;
  }

 private:
  static vet::Package package_of(const image::DistributionPackage& package) {
    return vet::make_package(ecosystem_of(package.format), package.name, package.version,
                             image::format_text(package.format));
  }

  std::optional<vet::Package> owner_of(const std::string& name) const {
    const auto owner = std::ranges::find(inventory_.packages, name, &image::DistributionPackage::name);
    if (name.empty() || owner == inventory_.packages.end()) return std::nullopt;
    return package_of(*owner);
  }

  // METADATA, PKG-INFO, or an egg-info that is the metadata itself.
  Result<std::string> metadata_text(const fs::path& folder) const {
    for (const char* name : {"METADATA", "PKG-INFO"}) {
      auto text = tree_.read_file(folder / name, kLargestMetadata);
      if (text) return text;
    }
    return tree_.read_file(folder, kLargestMetadata);
  }

  // Those that the metadata names, and those in the folder and below `licenses` that may hold one.
  std::vector<vet::LicenceFile> licence_files(const fs::path& folder, const vet::CoreMetadata& core) const {
    std::vector<std::string> names;
    for (const std::string& file : core.licence_files) {
      names.push_back("licenses/" + file);
      names.push_back(file);
    }
    add_licence_files(folder, {}, 0, names);
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    std::vector<vet::LicenceFile> files;
    for (const std::string& name : names) {
      // A name comes from metadata: it may try to leave its folder, though the tree's root holds it.
      const bool stays = fs::path(name).is_relative() && !fs::path(name).lexically_normal().native().starts_with("..");
      if (!stays) continue;
      if (files.size() == vet::kMostLicenceFiles) {
        files.push_back({name, {}, "there are too many of them"});
        break;
      }
      auto text = tree_.read_file(folder / name, vet::kLargestLicenceFile);
      if (text) {
        files.push_back({name, *std::move(text)});
      } else if (text.error().code() == Errc::Exhausted) {
        files.push_back({name, {}, "it is too large"});
      }
    }
    return files;
  }

  // Adds to `names` what lies in `below`, from the folder of the metadata; of folders only `licenses` is looked into.
  void add_licence_files(const fs::path& folder, const fs::path& below, std::size_t depth,
                         std::vector<std::string>& names) const {
    const auto entries = tree_.list_folder(folder / below);
    if (!entries) return;
    for (const image::TreeEntry& entry : *entries) {
      if (names.size() > 2 * vet::kMostLicenceFiles) return;
      const fs::path path = below / entry.name;
      if (entry.kind == image::TreeKind::Folder) {
        const bool is_of_licences = depth > 0 || entry.name == "licenses";
        if (is_of_licences && depth < kDeepest) add_licence_files(folder, path, depth + 1, names);
      } else if (vet::may_hold_licence(path.native())) {
        names.push_back(path.native());
      }
    }
  }

  const image::ImageTree& tree_;
  const image::Inventory& inventory_;
};

vet::Facts facts_of_unread(vet::Package package, const image::Unread& unread) {
  vet::Facts facts;
  facts.package = std::move(package);
  facts.findings.push_back({vet::Verdict::Ask, "facts.missing", facts.package,
                            fmt::format("'{}' could not be read: {}", unread.what, unread.why),
                            "mend what is there, or approve it"});
  return facts;
}

// NAME-VERSION.dist-info says whose metadata it is; whatever else it is, is of `otherwise`.
vet::Package package_of_unread(const std::string& what, std::string_view otherwise) {
  const fs::path path = what;
  const std::string stem = path.stem().native();
  const std::size_t hyphen = stem.find('-');
  if (path.extension() == ".dist-info" && hyphen != std::string::npos) {
    return vet::make_package(vet::Ecosystem::PyPI, stem.substr(0, hyphen), stem.substr(hyphen + 1), what);
  }
  return vet::make_package(vet::Ecosystem::Image, otherwise, "", what);
}

}  // namespace

std::vector<vet::Facts> facts_of_inventory(const image::ImageTree& tree, const image::Inventory& inventory) {
  const Gatherer gatherer(tree, inventory);
  std::vector<vet::Facts> all;
  for (const auto& distribution : inventory.python) all.push_back(gatherer.python(distribution));
  for (const auto& package : inventory.packages) all.push_back(gatherer.distribution(package));
  return all;
}

Result<std::vector<vet::Facts>> facts_of_image(const Settings& settings, std::string_view image) {
  BERTH_TRY(const ImageView view, look_at_image(settings, image));
  const auto reading = [&] { return fmt::format("read the layers of '{}'", view.title()); };
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(view.image.layer_folders).context(reading));
  std::vector<vet::Facts> all = facts_of_inventory(tree, view.inventory);
  for (const image::Unread& unread : view.inventory.unread) {
    all.push_back(facts_of_unread(vet::make_package(vet::Ecosystem::Debian, unread.what, "", unread.what), unread));
  }
  return all;
}

Result<std::vector<vet::Facts>> facts_of_folder(const fs::path& folder, std::string_view name) {
  const auto reading = [&] { return fmt::format("read what is in '{}'", folder.native()); };
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open({folder}).context(reading));
  BERTH_TRY(const image::Inventory inventory, image::read_inventory(tree).context(reading));
  std::vector<vet::Facts> all = facts_of_inventory(tree, inventory);
  for (const image::Unread& unread : inventory.unread) {
    all.push_back(facts_of_unread(package_of_unread(unread.what, name), unread));
  }
  return all;
}

}  // namespace berth::app
