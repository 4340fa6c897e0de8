// Containers that were left standing (`berth run --keep`): their records, and their end.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/limits.h"
#include "berth/container/runtime_folder.h"

namespace berth::container {

struct KeptContainer {
  std::string id;
  pid_t pid = 0;                    // of its init, on the host
  std::uint64_t started_ticks = 0;  // when that process began, so that another one with the same number is told apart
  std::string image;
  std::vector<std::filesystem::path> cgroups;
  // What the script's process had, for those who come to look (visit.h).
  ProcessBounds bounds;
  std::vector<std::string> environment;
};

// When process `pid` began, in clock ticks since boot (proc(5), stat, field 22). Errors: NotFound.
Result<std::uint64_t> start_ticks_of(pid_t pid);

Result<void> record_kept(const RuntimeFolder& folder, const KeptContainer& container);

// All that are recorded, oldest first. A record that cannot be read is Corrupt, with its path.
Result<std::vector<KeptContainer>> kept_containers(const RuntimeFolder& folder);

// The one of `containers`, which are sorted as above, that `name` means: an id, the beginning of one, or "last" for the
// youngest. Pure. Errors: NotFound; InvalidInput where several begin so.
Result<KeptContainer> find_kept(const std::vector<KeptContainer>& containers, std::string_view name);

// Whether its init still runs.
bool is_standing(const KeptContainer& container);

// Ends it, removes its cgroups and its record.
Result<void> remove_kept(const RuntimeFolder& folder, const KeptContainer& container);

}  // namespace berth::container
