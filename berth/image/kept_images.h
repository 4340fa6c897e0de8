// The images of this machine, for a process that stays and looks at them again and again.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "berth/base/result.h"
#include "berth/image/local_store.h"
#include "berth/image/substitution.h"

namespace berth::image {

// Reads the storage anew when its list of images is another file than it was, and remembers what it has found until
// then. For one thread.
class KeptImages {
 public:
  // Errors: as of LocalStore::open().
  static Result<KeptImages> open(std::filesystem::path graph_root);

  // As resolve_image(), in the storage as it is now; `table` and `trust` are the same at every call. The answer holds
  // until the next call. Errors: those, and those of LocalStore::open().
  Result<const ResolvedImage*> resolve(const Reference& wanted, const SubstitutionTable& table,
                                       const TrustPolicy& trust);

 private:
  // Which file the list was: the storage replaces it by renaming.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  static std::optional<Stamp> stamp_of(const std::string& list);

  KeptImages(std::string list, std::optional<Stamp> stamp, LocalStore store)
      : list_(std::move(list)), stamp_(stamp), store_(std::move(store)) {}

  std::string list_;            // the file of it: a path made anew for each call would cost more than the look at it
  std::optional<Stamp> stamp_;  // none: there is no list
  LocalStore store_;
  std::map<std::string, ResolvedImage> resolved_;  // by what was wanted
};

}  // namespace berth::image
