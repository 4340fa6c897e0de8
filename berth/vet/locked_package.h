// What a list of requirements or a lock file asks for.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/package.h"

namespace berth::vet {

struct LockedPackage {
  Package package;                  // with a version where exactly one is named
  std::string specifier;            // ">=2,<3", where it does not name exactly one version
  std::vector<std::string> bounds;  // what its version must be beside that, each with a marker where it has one: "<2"
  std::vector<std::string> extras;  // normalised
  std::string marker;               // the condition behind `;`, as it stands there
  std::vector<std::string> hashes;  // "sha256:<hex>", of all its files
  std::vector<std::string> files;   // their addresses, where the lock names them; without credentials
  // Of these, those that the lock does not hold to a SHA-256 alone; and files that it names by a path.
  std::vector<std::string> unproven;
  std::vector<std::string> paths;
  // Where it is from if not from the index: a URL, "git+...", "path ..."; then nothing vouches for name and version.
  std::string location;
  // A list of constraints in pip's form, for all that it brings along; none where nothing holds that.
  std::shared_ptr<const std::string> held;
  // The one index that it may be taken from, where the file says so.
  std::string index;
  // Those that are asked beside that one, or beside the machine's own; none where it is not said that any is.
  std::shared_ptr<const std::vector<std::string>> more_indexes;
};

// A line or table that names no package in a way that can be judged; what goes on without it may miss something.
struct LeftOut {
  std::string origin;  // "requirements.txt:3"
  std::string why;
};

// A setting in a list that is itself to be judged.
struct ListSetting {
  std::string rule;  // "build.unverified"
  std::string origin;
  std::string why;
};

struct LockFile {
  std::vector<LockedPackage> packages;  // in the order of the file
  // What holds their versions without installing anything; applied to `packages` already.
  std::vector<LockedPackage> constraints;
  bool takes_prereleases = false;
  std::vector<LeftOut> left_out;
  std::vector<ListSetting> settings;
  std::string index;                      // the index that packages are taken from; empty where the file does not say
  std::vector<std::string> more_indexes;  // and those that are asked beside it: dependency confusion is possible
};

// Bounds of all readers.
inline constexpr std::size_t kMostLockBytes = 16 << 20;
inline constexpr std::size_t kMostLockedPackages = 50'000;

}  // namespace berth::vet
