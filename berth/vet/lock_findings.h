// What is said of lists and lock files themselves, and of where they take packages from. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/facts.h"
#include "berth/vet/finding.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

// Where this machine's pip takes packages from, without credentials.
struct MachineIndexes {
  std::vector<std::string> indexes;     // never empty
  std::vector<std::string> find_links;  // pages of files
};

// One spelling of an index's address: scheme and host in lower case, no credentials, no default port, no `/` at the
// end, nothing from `?` or `#` on, and the older host of the public index as its present one.
std::string normal_index(std::string_view address);

// Whether anybody may publish at the index of that address: the public one, its older host and its one for tests,
// however the address spells them.
bool is_public_index(std::string_view address);

// The finding `source.elsewhere` (Ask) where a lock takes `locked` from an index that the machine's pip does not ask,
// or a file of it from a path, or a host that is neither that of one of them nor known to keep the files of one. Else
// `source.hash` (Ask) where it takes a file from an address without a SHA-256, by which alone it can be known. What is
// from no index at all is not looked at.
std::optional<Finding> finding_about_source(const LockedPackage& locked, const MachineIndexes& machine);

// What LockedPackage::index is where no index is asked (`pip install --no-index`), but its pages of files alone.
inline constexpr std::string_view kNoIndex = "--no-index";

// Puts into `facts` of `locked` what its list says of the indexes that are asked for it: whether one is public, or more
// than one is asked, since a private name can then be somebody else's; in a folder nobody takes one. Where it says
// nothing what is there stays.
void add_indexes(Facts& facts, const LockedPackage& locked, const MachineIndexes& machine);

// `source.hash` (Ask), about files that a lock names by their addresses, where nothing tells which the index has.
Finding finding_about_unknown_files(const Package& package, std::string_view why);

// What `lock` names that is no package (`source.elsewhere`), its settings that are to be judged, by their own rules
// (Ask), and the indexes that it asks besides its first (`build.extra-index`), as facts of Ecosystem::List by the name
// of the file at `path`; nothing where there is neither.
std::optional<Facts> facts_of_list(const LockFile& lock, std::string_view path);

// A package of Ecosystem::List that an approval can name: by the name of the file at `path`, or "list".
Package list_package(std::string_view path);

}  // namespace berth::vet
