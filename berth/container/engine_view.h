// What of this machine the container of another engine is given.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "berth/container/engine_kind.h"
#include "berth/container/limits.h"
#include "berth/container/resource_limits.h"
#include "berth/sys/id_map.h"

namespace berth::container {

struct EngineView {
  std::filesystem::path stage;              // EngineStage::path()
  std::vector<std::string> system_folders;  // folders of /sys to be covered: "/sys/kernel"
  std::vector<ResourceLimit> limits;        // of each process (resource_limits.h), as far as they can be set here
  bool has_v6 = true;                       // this machine's kernel speaks IPv6
  sys::IdRange ids;                         // of this machine that nobody else has, for an engine that takes any
};

// Looks at this machine for it.
EngineView engine_view(EngineKind kind, const Limits& limits, std::filesystem::path stage, sys::IdRange ids);

}  // namespace berth::container
