// The libraries of an image, exactly: what pip's resolver has found, as its report says it, and the lock file. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/requirement.h"

namespace berth::image {

struct LockedLibrary {
  std::string name;                      // normalized
  std::string version;                   // "0.4.10"
  std::string sha256;                    // of its file, 64 hexadecimal digits
  std::string wheel = {};                // name of the wheel that is installed; empty while nothing has been fetched
  std::string wheel_sha256 = {};         // its own; for a wheel from an index the same as `sha256`
  std::string licence;                   // as its metadata says, first line, bounded; empty where it says nothing
  std::vector<std::string> extras = {};  // that it has, normalized; what one of them asks for stands by itself
  bool is_wheel = true;                  // false: its source, whose own code runs when it is built
  bool requested = true;                 // false: another one needs it
  std::vector<LockedLibrary> built_with = {};  // of a source: all that its build gets, by name; none ends in the image

  friend bool operator==(const LockedLibrary&, const LockedLibrary&) = default;
};

// Largest report that is read.
inline constexpr std::size_t kMaxReportBytes = 64 << 20;

// Reads pip's report of an installation (pip install --report, version 1), by name. What it says comes from an index:
// names, versions and hashes are checked.
// Errors: Corrupt, with the member and what is wrong with it; InvalidInput for a library that comes from elsewhere than
// an archive of an index (a folder, a repository), or has no SHA-256; Exhausted past kMostWishes times 10.
Result<std::vector<LockedLibrary>> parse_pip_report(std::string_view json);

// Whether the library has the extras that are asked for: of one that it does not have pip warns, and goes on without
// what it would have brought. Errors: InvalidInput, with those that it has.
Result<void> check_extras(const Requirement& wish, const LockedLibrary& library);

// The lock in pip's requirements form: each library with its version and the hash of its file on the index.
std::string print_lock(const std::vector<LockedLibrary>& libraries);
// The same with the hashes of the wheels that are installed.
std::string print_installed(const std::vector<LockedLibrary>& libraries);

// Whether `name` has the form of a wheel's file name: at least five parts of letters, digits and `._+!` with `-`
// between them, ending in `.whl`.
bool is_wheel_name(std::string_view name);
// Whether the wheel of that file name is of this library and version.
bool is_wheel_of(std::string_view name, const LockedLibrary& library);

}  // namespace berth::image
