#include "berth/app/engine_build.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace berth::app {
namespace {

bool has(const std::vector<std::string>& command, std::string_view word) {
  return std::ranges::find(command, word) != command.end();
}

TEST(EngineBuild, RunsTheScriptWithoutANetworkAndWithinBounds) {
  image::BuildOrder order;
  order.script = {"/bin/sh", "/berth-build/install.sh"};
  EngineBuildPlan plan{container::EngineKind::Docker, "berth-create-x-1", std::string(64, 'a'), 1 << 30, 4096, false};
  const auto docker = build_command(plan, order);
  EXPECT_EQ(docker.front(), "docker");
  for (const char* word :
       {"--network=none", "--pull=never", "--name=berth-create-x-1", "--label=berth.build=berth-create-x-1",
        "--memory=1073741824b", "--memory-swap=1073741824b", "--pids-limit=1024", "--user=0:0"}) {
    EXPECT_TRUE(has(docker, word)) << word;
  }
  EXPECT_EQ(docker[docker.size() - 3], plan.base_id);
  EXPECT_EQ(docker.back(), "/bin/sh /berth-build/install.sh");

  plan.kind = container::EngineKind::Podman;
  const auto podman = build_command(plan, order);
  for (const char* word : {"--no-hosts", "--http-proxy=false", "--tmpfs=/run", "--ulimit=nofile=4096:4096"}) {
    EXPECT_TRUE(has(podman, word)) << word;
  }
  EXPECT_EQ(podman.back(), "rm -f /etc/mtab && /bin/sh /berth-build/install.sh");
  plan.base_has_mtab = true;
  EXPECT_EQ(build_command(plan, order).back(), docker.back()) << "that is the base's";
}

TEST(EngineBuild, IsForRootAlone) {
  Settings settings;
  EXPECT_FALSE(is_built_by_engine(settings));
  settings.engine = container::EngineKind::Docker;
  EXPECT_TRUE(is_built_by_engine(settings));
  settings.ordinary_user.emplace();
  EXPECT_FALSE(is_built_by_engine(settings));
}

}  // namespace
}  // namespace berth::app
