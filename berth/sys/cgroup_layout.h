// Where control groups can be made on a machine: decided from the texts in which the kernel says what is mounted and
// where this process is, and from a look at the folders. Pure, so that layouts of other machines can be tested.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::sys {

// The group in which a process of ours stands while the groups beside it hold containers: in version 2 a group that
// passes controllers on holds no processes itself.
inline constexpr std::string_view kAsideName = "berth.self";

// A folder of one hierarchy in which groups of ours can be made, and those of our controllers (memory, pids, cpu)
// that they have there.
struct CgroupHierarchy {
  std::filesystem::path place;
  int version = 0;  // 1 or 2
  std::vector<std::string> controllers;
  bool holds_us = false;  // this process is in the group that `place` is, and may have to step aside

  friend bool operator==(const CgroupHierarchy&, const CgroupHierarchy&) = default;
};

// What a look at a folder of a hierarchy finds.
struct GroupFacts {
  std::string device;  // "major:minor" of its file system
  bool writable = false;
  bool delegated = false;  // systemd has marked it as handed over, with everything below
  bool top = false;        // of version 2: the root of the hierarchy, which may hold processes and pass controllers on
  std::vector<std::string> controllers;  // of version 2: what this group has
};
using LookAtGroup = std::function<std::optional<GroupFacts>(const std::filesystem::path&)>;

// The look at this machine.
std::optional<GroupFacts> look_at_group(const std::filesystem::path& folder);

struct CgroupLack {
  std::string controller;
  std::string why;  // with the remedy

  friend bool operator==(const CgroupLack&, const CgroupLack&) = default;
};

struct CgroupLayout {
  std::vector<CgroupHierarchy> hierarchies;
  std::vector<CgroupLack> lacks;  // of memory, pids and cpu, in this order
};

// Where Berth's groups can lie, from the texts of /proc/self/mountinfo and /proc/self/cgroup.
//
// Version 2: in the nearest group above this process that systemd has delegated; else at the top of the hierarchy;
// else, in a container or for an ordinary user, in the highest group above this process, or its own, that can be
// written to. Version 1: at the top, else there likewise. A mount that another one covers is passed over, one that can
// be written to comes first.
CgroupLayout choose_layout(std::string_view mountinfo, std::string_view own_groups, const LookAtGroup& look);

// The groups that a process is in, from the texts of our /proc/self/mountinfo and of its /proc/PID/cgroup: `place` is
// the group's folder itself, `controllers` are all that count there, cpuacct among them. A group that no mount shows,
// and the root of a hierarchy, are left out. Pure.
std::vector<CgroupHierarchy> groups_of_process(std::string_view mountinfo, std::string_view groups);

}  // namespace berth::sys
