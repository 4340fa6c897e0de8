// The part of the version 2 cgroup hierarchy that an ordinary user may use (cgroups(7), "delegation").
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::sys {

struct DelegatedCgroup {
  std::filesystem::path folder;          // groups can be made in it; empty when there is none
  std::vector<std::string> controllers;  // of memory, pids and cpu, those that its groups have
  std::string why_not;                   // why there is none
  std::string remedy;                    // what would give one, or one with more controllers
};

// Where the version 2 hierarchy is mounted, and the group of this process in it, from the texts of
// /proc/self/mountinfo and /proc/self/cgroup. Empty parts where there is none. Pure.
struct OwnCgroup {
  std::filesystem::path mount;  // shows the hierarchy from `root` on
  std::string root;
  std::string group;  // from the hierarchy's root on
};
OwnCgroup own_cgroup(std::string_view mountinfo, std::string_view self_cgroup);

// The folders from the group of this process up to the mount, nearest first. Pure.
std::vector<std::filesystem::path> folders_upwards(const OwnCgroup& own);

// Of `folders`, the nearest one that hands on the most of our controllers and in which this user may make groups and
// put processes: a group that holds processes itself hands none on, so it is mostly one above our own.
DelegatedCgroup choose_delegated(const std::vector<std::filesystem::path>& folders);

// The same for this process.
Result<DelegatedCgroup> find_delegated_cgroup();

}  // namespace berth::sys
