#include "berth/container/ground.h"

#include <gtest/gtest.h>

#include <map>

#include "berth/container/launch_spec.h"

namespace berth::container {
namespace {

// Who each id of a container is outside.
std::map<std::uint32_t, std::uint32_t> outside_of(const sys::IdMap& map) {
  std::map<std::uint32_t, std::uint32_t> ids;
  for (const auto& [inside, outside, count] : map) {
    for (std::uint32_t i = 0; i < count; ++i) {
      EXPECT_TRUE(ids.emplace(inside + i, outside + i).second) << inside + i << " is mapped twice";
    }
  }
  return ids;
}

TEST(ContainerIds, OfTheMachineAreTheLeasedOnes) {
  const ContainerIds ids = container_ids(true, {1'000'000, kIdsPerContainer});
  EXPECT_EQ(ids.map, (sys::IdMap{{0, 1'000'000, kIdsPerContainer}}));
  EXPECT_EQ(ids.root, 1'000'000u);
  EXPECT_EQ(ids.script, 1'004'000u);
}

TEST(ContainerIds, OfAUserAreThoseOfTheFilesButForTheScript) {
  for (const std::uint32_t leased : {60'000u, 62'500u, 64'999u}) {
    const ContainerIds ids = container_ids(false, {leased, 1});
    EXPECT_EQ(ids.script, leased);
    auto outside = outside_of(ids.map);
    EXPECT_EQ(outside.at(kScriptId), leased);
    outside.erase(kScriptId);
    for (const auto& [in, out] : outside) EXPECT_EQ(in, out);
    // No other id of the container is one that a script has, in this or in another one.
    for (std::uint32_t id = 60'000; id < 65'000; ++id) EXPECT_FALSE(outside.contains(id)) << id;
    EXPECT_TRUE(outside.contains(0) && outside.contains(3'999) && outside.contains(4'001));
    EXPECT_TRUE(outside.contains(59'999) && outside.contains(65'000) && outside.contains(65'535));
    EXPECT_EQ(outside.rbegin()->first, 65'535u);
  }
}

TEST(Ground, SaysWhatIsEnforced) {
  Ground ground;
  ground.not_enforced = {"memory"};
  EXPECT_FALSE(ground.enforces("memory"));
  EXPECT_TRUE(ground.enforces("cpus"));
  EXPECT_FALSE(ground.counts_processes());
  ground.hierarchies = {{"/sys/fs/cgroup", 2, {"memory", "pids"}}};
  EXPECT_TRUE(ground.counts_processes());
}

}  // namespace
}  // namespace berth::container
