// A folder that an image is built from: Dockerfile, build.conf, and lists of what is installed. Nothing of it is run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/facts.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

struct BuildFolder {
  Facts image;    // of Ecosystem::Image, by the folder's name, with the findings about the way it is built
  LockFile asks;  // what its lists and its `pip install` ask for
};

// Nothing where there is no Dockerfile or Containerfile. Lists are files named for requirements (*requirements*.txt or
// .in), Pipfile.lock, poetry.lock, uv.lock and pylock.toml beside it, and what its commands install from, wherever in
// the folder it lies; links are not followed. A list or a line of build.conf that cannot be read is the finding
// `build.unread` (Ask). Errors: those of reading the folder; InvalidInput and Exhausted for a Dockerfile that cannot be
// read; Exhausted past 64 lists, and for more constraints of its lists than a lock file may have packages.
Result<std::optional<BuildFolder>> read_build_folder(const std::filesystem::path& folder);

// A list that lies in a folder, and why it could not be read; empty where it was.
struct NamedList {
  std::string name;
  LockFile lock;
  std::string problem;
};

// The lists of a folder, as above, whether or not an image is built from it. Errors: those of reading the folder.
Result<std::vector<NamedList>> read_folder_lists(const std::filesystem::path& folder);

// The folder's name, as an approval can say it: "image" where it cannot.
std::string image_name(const std::filesystem::path& folder);

// Findings about the lines of a build.conf (`name=value`), with the rule `build.unread` (Ask): what is no line, a key
// that is not known, one that stands twice, and a switch that is neither empty nor true, for any value switches it on.
// Pure.
std::vector<Finding> findings_about_build_conf(std::string_view text, const Package& package, std::string_view file);

}  // namespace berth::vet
