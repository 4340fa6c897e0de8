// Packages of a distribution as a person asks for them, and how its package manager is told. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/private_apt.h"

namespace berth::image {

// Dnf is dnf 4.
enum class PackageManager { Apt, Apk, Dnf, Dnf5, Microdnf };

// By the text of an image's os-release: its ID, else what it says it is like. None for a distribution of another kind.
// Of RPM distributions it is Dnf; which of theirs is there is rpm_manager_of's to tell.
std::optional<PackageManager> manager_of(std::string_view os_release);

bool is_rpm(PackageManager manager);

// Of an RPM distribution, by the programs that lie in the image. None without any.
std::optional<PackageManager> rpm_manager_of(bool has_dnf5, bool has_dnf, bool has_microdnf);

std::string_view name_of(PackageManager manager);

struct PackageWish {
  std::string name;     // "wget"
  std::string version;  // exactly this one; empty: the newest

  friend auto operator<=>(const PackageWish&, const PackageWish&) = default;
};

// Names with commas, blanks or line ends between them, each as `name` or `name=version`, sorted. No name can be read as
// an option, a pattern or, by apt's trailing '-', as a package to remove.
// Errors: InvalidInput, with the name and what it may hold; for one that stands twice. Exhausted past kMostWishes.
Result<std::vector<PackageWish>> parse_package_wishes(std::string_view text);

std::string to_string(const PackageWish& wish);

// Checks what the distribution's own grammar is stricter about: apt and apk know no upper case.
// Errors: InvalidInput, with the name.
Result<void> check_wishes(PackageManager manager, const std::vector<PackageWish>& wishes);

// Brings the lists of what there is up to date; empty where the next command does so itself.
std::vector<std::string> update_command(PackageManager manager);

// Prints what installing `wishes` would take, and changes nothing.
std::vector<std::string> resolve_command(PackageManager manager, const std::vector<PackageWish>& wishes);

// Errors: Corrupt where its name, version or architecture cannot be one.
Result<void> check_package(PackageManager manager, const Package& package);

// The packages that the command above has printed, by name. Errors: as of check_package.
Result<std::vector<Package>> parse_resolution(PackageManager manager, std::string_view printed);

// Fetches exactly `packages` into the folder it is run in.
std::vector<std::string> fetch_command(PackageManager manager, const std::vector<Package>& packages);

// Exactly this one, as the manager is told: `wget=1.21`, `wget-1.21-1.x86_64`.
std::string pinned_text(PackageManager manager, const Package& package);

// What is fetched of it is called so: the file of `package`.
std::string file_name_of(PackageManager manager, const Package& package);

// A shell line that installs all files in `folder`, which holds nothing else, and reaches for no network.
std::string install_line(PackageManager manager, std::string_view folder);

// The lines of a Dockerfile's RUN that install exactly `packages` from the distribution's archives and leave no lists.
std::string dockerfile_line(PackageManager manager, const std::vector<Package>& packages);

}  // namespace berth::image
