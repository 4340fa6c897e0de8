// What is installed in an image: the distribution's packages, Python's, its interpreters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::image {

enum class PackageFormat { Dpkg, Apk, Rpm };
std::string_view format_text(PackageFormat format);  // "dpkg"

// A package of the distribution whose files are there.
struct DistributionPackage {
  PackageFormat format = PackageFormat::Dpkg;
  std::string name;
  std::string version;
  std::string architecture;
  std::string source = {};          // the source package; the name where none is said
  std::string source_version = {};  // the version where none is said
  std::string licence = {};         // as the database has it (apk, rpm); empty where it has none (dpkg)
  std::uint64_t installed_bytes = 0;

  friend bool operator==(const DistributionPackage&, const DistributionPackage&) = default;
};

// A Python distribution by its metadata on disk.
struct PythonDistribution {
  std::string name;  // as it is written in the metadata
  std::string version;
  std::string metadata;   // from the root: "usr/lib/python3/dist-packages/PyYAML-6.0.dist-info", or an .egg-info
  std::string installer;  // what says it installed it: "pip"; empty where nothing does
  std::string owner;      // the distribution package that its metadata belongs to; empty for none
  // It lies in a folder of packages (`site-packages`, `dist-packages`); otherwise something else carries it along.
  bool is_installed = true;

  friend bool operator==(const PythonDistribution&, const PythonDistribution&) = default;
};

// The name under which indexes and resolvers know a distribution: lower case, runs of '-', '_' and '.' as one '-'.
std::string normalized_python_name(std::string_view name);

struct Interpreter {
  std::string path;            // of the program itself, from the root: "usr/bin/python3.11"
  std::string implementation;  // "cpython", "pypy"
  std::string version;         // "3.11.2"; "3.11" where no more could be read

  friend bool operator==(const Interpreter&, const Interpreter&) = default;
};

// The distribution, by its os-release.
struct OsRelease {
  std::string id;          // "debian", "alpine", "rhel"
  std::string version_id;  // "12"
  std::string name;        // for people: "Debian GNU/Linux 12 (bookworm)"

  friend bool operator==(const OsRelease&, const OsRelease&) = default;
};

// Something that is there and could not be read: the lists then lack what is in it.
struct Unread {
  std::string what;  // from the root: "var/lib/rpm/rpmdb.sqlite"
  std::string why;

  friend bool operator==(const Unread&, const Unread&) = default;
};

struct Inventory {
  OsRelease os;
  std::vector<DistributionPackage> packages;  // by name
  std::vector<PythonDistribution> python;     // by normalised name
  std::vector<Interpreter> interpreters;      // the newest first
  std::vector<Unread> unread;

  friend bool operator==(const Inventory&, const Inventory&) = default;
};

// The versions of the image's interpreters for people, each once, newest first: "3.11.2, 2.7.18"; empty for none.
std::string python_versions_text(const Inventory& inventory);

// The inventory as a cache and `--json` have it; inventory_of_json reads back the same.
// Errors: Corrupt when a member is missing or of another kind.
Json inventory_json(const Inventory& inventory);
Result<Inventory> inventory_of_json(const Json& json);

}  // namespace berth::image
