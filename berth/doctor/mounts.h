// Mounts: the calls they are made with, overlay, and the shifting of ids.
#pragma once

#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

// Whether the things that the others stand on can be had.
struct MountNeeds {
  bool root = true;
  bool user_namespaces = true;
  bool mount_calls = true;
  bool overlay = true;
};

// A tmpfs made, changed, attached and copied by fsopen and its kin, in a mount namespace of its own.
Result<void> try_mount_calls();
CheckResult judge_mount_calls(const Result<void>& tried, const MountNeeds& needs);

// An overlay of two folders, made there.
Result<void> try_overlay();
CheckResult judge_overlay(const Result<void>& tried, const MountNeeds& needs);

// A detached copy of the mount that holds `folder`, its ids shifted into a range; and an overlay with that as a layer.
struct IdMapFacts {
  std::string type;  // of the storage's file system
  Result<void> storage;
  Result<void> tmpfs;
  Result<void> overlay;
};
IdMapFacts try_id_maps(const std::filesystem::path& folder);
CheckResult judge_idmapped_storage(const IdMapFacts& facts, const MountNeeds& needs);
CheckResult judge_idmapped_overlay(const IdMapFacts& facts, const MountNeeds& needs);

}  // namespace berth::doctor
