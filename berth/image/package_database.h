// The databases in which distributions keep what they have installed, as text. Pure: these texts belong to strangers,
// and what is no record is counted, never guessed at.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/image/inventory.h"

namespace berth::image {

struct PackageRecords {
  std::vector<DistributionPackage> packages;
  std::size_t odd = 0;  // records that name no proper package or version, or are over a bound
};

// dpkg's status file (deb-control's paragraphs), or one file of status.d. Packages whose files are not there
// (`not-installed`, `config-files`) are left out; one without the field Status counts as installed.
PackageRecords parse_dpkg_status(std::string_view text);

struct ApkRecords : PackageRecords {
  // Of each file and folder in which Python's metadata stands, the package that brought it, by path from the root.
  std::vector<std::pair<std::string, std::string>> python_owners;
};

// apk's `installed`: paragraphs of `X:value` lines. Of metadata that is over a bound the owner is not told.
ApkRecords parse_apk_installed(std::string_view text);

// The values of os-release(5) that say which distribution this is.
OsRelease parse_os_release_names(std::string_view text);

// Whether `path` is that of Python's metadata: it ends in `.dist-info` or `.egg-info`.
bool is_python_metadata(std::string_view path);

// The fields Name and Version in the header of a METADATA or PKG-INFO; empty where they are missing or no plain text.
struct NameAndVersion {
  std::string name;
  std::string version;
};
NameAndVersion parse_name_and_version(std::string_view metadata);

// The whole version that an interpreter's program, or its library, holds as one text of its own: "3.11.2" for
// `minor` "3.11"; empty when it holds none.
std::string find_interpreter_version(std::string_view program, std::string_view minor);

}  // namespace berth::image
