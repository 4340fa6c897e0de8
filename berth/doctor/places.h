// The folders and files of Berth's own: that they are there or can be made, and that nobody else can write to them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/error.h"
#include "berth/doctor/check.h"
#include "berth/doctor/file_system.h"

namespace berth::doctor {

struct PlaceFacts {
  bool root = true;
  uid_t uid = 0;
  std::vector<FileFacts> chain;  // from "/" to the folder itself
  bool writable = false;         // the folder, or the nearest above it that is there
  std::string type;              // of that one's file system
  bool read_only = false;
};
PlaceFacts place_facts(const Asked& asked, const std::filesystem::path& folder);
CheckResult judge_runtime_folder(const PlaceFacts& facts);
CheckResult judge_cache_folder(const PlaceFacts& facts);

struct ConfigurationFacts {
  uid_t uid = 0;
  std::optional<Error> refused;
  std::vector<FileFacts> files;  // those that are read, where they exist
  bool user_namespace = true;    // the setting
};
ConfigurationFacts configuration_facts(const Asked& asked);
CheckResult judge_configuration(const ConfigurationFacts& facts);

}  // namespace berth::doctor
