#include "berth/container/engine_command.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

LaunchSpec spec_of_call() {
  LaunchSpec spec;
  spec.id = "01CALL";
  spec.image_name = "acme/tool:1";
  spec.root.image_id = std::string(64, 'a');
  spec.environment = {"HTTPS_PROXY=http://user:secret@proxy:3128"};
  return spec;
}

Result<std::vector<std::string>> command_of(EngineKind kind, const LaunchSpec& spec) {
  const auto limits = resource_limits({spec.limits.open_files_soft, spec.limits.open_files_hard, {}, {}});
  return run_command(kind, spec, {"/run/berth/engines/01CALL", {"/sys/kernel"}, limits, true, {231072, 65536}});
}

struct Row {
  const char* name;
  const char* argument;
};

const Row kForBoth[] = {
    {"NoNetwork", "--network=none"},
    {"ReadOnlyRoot", "--read-only"},
    {"ScriptsUser", "--user=4000:4000"},
    {"NoCapabilities", "--cap-drop=ALL"},
    {"NoNewPrivileges", "--security-opt=no-new-privileges"},
    {"OurFilter", "--security-opt=seccomp=/run/berth/engines/01CALL/furniture/seccomp.json"},
    {"Memory", "--memory=1073741824b"},
    {"NoSwapOnTop", "--memory-swap=1073741824b"},
    {"HalfAProcessor", "--cpu-quota=50000"},
    {"Processes", "--pids-limit=256"},
    {"Descriptors", "--ulimit=nofile=1024:8192"},
    {"NoCoreFiles", "--ulimit=core=0:0"},
    {"OwnIpc", "--ipc=private"},
    {"OwnCgroup", "--cgroupns=private"},
    {"NothingIsPulled", "--pull=never"},
    {"NothingIsLogged", "--log-driver=none"},
    {"OurFirstProcess", "--entrypoint=/run/berth/first"},
    {"NoOtherFirstProcess", "--init=false"},
    {"NoHealthCheck", "--no-healthcheck"},
    {"WorkFolder", "--mount=type=bind,src=/run/berth/engines/01CALL/scratch/work,dst=/work"},
    {"LoopIsReadOnly", "--mount=type=bind,src=/run/berth/engines/01CALL/furniture/run/berth,dst=/run/berth,readonly"},
    {"SystemFoldersAreCovered",
     "--mount=type=bind,src=/run/berth/engines/01CALL/furniture/empty,dst=/sys/kernel,readonly"},
};

class RunCommand : public ::testing::TestWithParam<Row> {};

TEST_P(RunCommand, HasItForBothEngines) {
  LaunchSpec spec = spec_of_call();
  spec.limits.cpus = 0.5;
  for (const EngineKind kind : {EngineKind::Docker, EngineKind::Podman}) {
    const auto command = command_of(kind, spec);
    ASSERT_TRUE(testing::ok(command));
    EXPECT_THAT(*command, Contains(GetParam().argument)) << name_of(kind);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, RunCommand, ::testing::ValuesIn(kForBoth),
                         [](const auto& row) { return row.param.name; });

TEST(RunCommand, EndsWithTheImageAndNamesNoValueOfTheEnvironment) {
  const auto command = command_of(EngineKind::Docker, spec_of_call());
  ASSERT_TRUE(testing::ok(command));
  EXPECT_EQ(command->front(), "docker");
  EXPECT_EQ(command->back(), std::string(64, 'a'));
  EXPECT_THAT(*command, Not(Contains(HasSubstr("secret"))));
  EXPECT_EQ(removal_command(EngineKind::Podman, "01CALL"),
            (std::vector<std::string>{"podman", "rm", "--force", "berth-01CALL"}));
}

TEST(RunCommand, CoversTheVolumesThatDockerWouldMake) {
  LaunchSpec spec = spec_of_call();
  spec.root.volumes = {"/data", "/tmp"};
  const auto docker = command_of(EngineKind::Docker, spec);
  ASSERT_TRUE(testing::ok(docker));
  EXPECT_THAT(*docker, Contains("--mount=type=bind,src=/run/berth/engines/01CALL/furniture/empty,dst=/data,readonly"));
  // That one is there anyway, and stays writable.
  EXPECT_EQ(std::ranges::count_if(*docker, [](const auto& one) { return one.find("dst=/tmp") != std::string::npos; }),
            1);
  const auto podman = command_of(EngineKind::Podman, spec);
  ASSERT_TRUE(testing::ok(podman));
  EXPECT_THAT(*podman, Contains("--image-volume=ignore"));
}

TEST(RunCommand, GivesPodmanTheIdsOfTheLease) {
  const auto podman = command_of(EngineKind::Podman, spec_of_call());
  ASSERT_TRUE(testing::ok(podman));
  EXPECT_THAT(*podman, Contains("--uidmap=0:231072:65536"));
  EXPECT_THAT(*podman, Contains("--gidmap=0:231072:65536"));
  const auto docker = command_of(EngineKind::Docker, spec_of_call());
  EXPECT_THAT(*docker, Not(Contains(HasSubstr("uidmap"))));
}

struct Bad {
  const char* name;
  std::vector<std::string> volumes;
  const char* stage;
  Errc code;
  const char* why;
};

const Bad kBad[] = {
    {"VolumeWithAnOptionOfItsOwn", {"/data,readonly=false"}, "/run/x", Errc::Denied, "declares a volume at"},
    {"VolumeThatIsQuoted", {"/da\"ta"}, "/run/x", Errc::Denied, "'acme/tool:1'"},
    {"RelativeVolume", {"data"}, "/run/x", Errc::Denied, "use an image without it"},
    {"RuntimeFolderWithAComma", {}, "/run/a,b", Errc::InvalidInput, "storage.runtime"},
};

class BadCommand : public ::testing::TestWithParam<Bad> {};

TEST_P(BadCommand, IsRefused) {
  LaunchSpec spec = spec_of_call();
  spec.root.volumes = GetParam().volumes;
  EXPECT_TRUE(testing::fails_with(run_command(EngineKind::Docker, spec, {GetParam().stage, {}, {}, true, {}}),
                                  GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadCommand, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(Engine, IsFoundByItsName) {
  EXPECT_EQ(*parse_engine("podman"), EngineKind::Podman);
  EXPECT_EQ(name_of(EngineKind::Native), "native");
  EXPECT_TRUE(testing::fails_with(parse_engine("Docker"), Errc::InvalidInput, "native, docker and podman"));
}

}  // namespace
}  // namespace berth::container
