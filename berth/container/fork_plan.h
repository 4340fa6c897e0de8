// What the host and fork.cc say to each other: plain data, the same on both sides of the container's wall.
//
// On the socket between them every message is one struct, which the addresses of Wish::Pages follow as 64-bit numbers;
// descriptors travel beside it (SCM_RIGHTS).
#pragma once

#include <linux/filter.h>
#include <stdint.h>

namespace berth::fork {

constexpr uint32_t kSchema = 3;
constexpr unsigned kMostChildren = 256;  // alive at once
constexpr unsigned kMostTaskFiles = 8;
constexpr unsigned kMostViews = 8;
constexpr unsigned kMostFilter = 4096;  // BPF_MAXINSNS
constexpr unsigned kMostLimits = 16;
constexpr unsigned kMostPages = 128;   // half a megabyte of each child
constexpr unsigned kFirstStreams = 5;  // in, out, printed, complaints, scratch
constexpr unsigned kMostDescriptors = kFirstStreams + kMostTaskFiles + kMostViews + 1;

// The file kPlanFile: what is the same for every child.
constexpr const char* kPlanFile = "/run/berth/fork_plan";
struct Limit {
  uint32_t resource;  // RLIMIT_...
  uint32_t reserved;
  uint64_t soft;
  uint64_t hard;
};
struct Plan {
  uint32_t schema;
  uint32_t user;  // uid and gid of the script
  uint32_t limit_count;
  uint32_t view_count;
  uint32_t filter_count;
  uint32_t reserved;
  Limit limits[kMostLimits];
  char views[kMostViews][64];  // where a child sees its own cgroup, a folder of each hierarchy
  sock_filter filter[kMostFilter];
};

// From the host.
enum class Wish : uint32_t {
  Child = 1,   // descriptors: kFirstStreams, then task files, views, and a network namespace where has_network
  Status = 2,  // how child `number` ended
  Gone = 3,    // nobody wants child `number` any more: it is ended and waited for. Has no answer
  Pages = 4,   // children are to have these `number` pages for themselves; their addresses follow. Has no answer
};
struct Order {
  Wish wish;
  uint32_t number;
  uint32_t task_files;
  uint32_t has_network;
};

// To the host.
enum class Word : uint32_t {
  Ready = 1,   // the plan has been read
  Child = 2,   // child `number` is there: descriptors are the pidfds of its namespace's first process and of itself
  Status = 3,  // `value` is its wait status, or -1: not known
  Failed = 4,  // the order cannot be carried out: `value` is the errno of step `text`
};
struct Answer {
  Word word;
  uint32_t number;
  int32_t value;
  char text[52];
  uint64_t cpu_nanoseconds;  // Word::Status: what the child and those it waited for have used
  uint64_t largest_bytes;    // and the most that one of them had in memory
};

}  // namespace berth::fork
