#include "berth/image/engine_place.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

TEST(EnginePlace, OfDockerIsItsSocket) {
  const auto place = docker_place("unix:///run/docker.sock\n");
  ASSERT_TRUE(testing::ok(place));
  EXPECT_EQ(*place, (EnginePlace{false,
                                 "docker-daemon:",
                                 "sha256:",
                                 {"--dest-daemon-host", "unix:///run/docker.sock"},
                                 {"--src-daemon-host", "unix:///run/docker.sock"},
                                 {}}));
}

TEST(EnginePlace, OfPodmanIsItsStorage) {
  const auto place = podman_place("false\toverlay\t/srv/graph\t/run/graph\n", "/var/lib/containers/storage");
  ASSERT_TRUE(testing::ok(place));
  EXPECT_EQ(*place,
            (EnginePlace{false, "containers-storage:[overlay@/srv/graph+/run/graph]", "@", {}, {}, "/srv/graph"}));
}

TEST(EnginePlace, OfPodmanMayBeBerthsOwn) {
  const testing::TempFolder folder;
  std::filesystem::create_directories(folder.path() / "storage");
  std::filesystem::create_directory_symlink("storage", folder.path() / "link");
  for (const char* name : {"storage", "link"}) {
    const auto place = podman_place("false\toverlay\t" + (folder.path() / name).native() + "\t/run/graph\n",
                                    folder.path() / "storage");
    ASSERT_TRUE(testing::ok(place));
    EXPECT_TRUE(place->is_the_storage) << name;
  }
}

struct Refused {
  const char* name;
  bool docker;
  const char* said;
  const char* why;
};
const Refused kRefused[] = {
    {"DockerOverTcp", true, "tcp://docker.example:2376\n", "docker is at 'tcp://docker.example:2376', not on this"},
    {"DockerOverSsh", true, "ssh://root@docker.example", "not on this machine"},
    {"DockerSaysNothing", true, "", "docker is at ''"},
    {"PodmanElsewhere", false, "true\toverlay\t/srv/graph\t/run/graph\n", "podman is at 'a service'"},
    {"PodmanSaysNothing", false, "", "not on this machine"},
    {"PodmanWithoutADriver", false, "false\t\t/srv/graph\t/run/graph\n", "cannot be told to skopeo"},
    {"PodmanAtAnOddPlace", false, "false\toverlay\t/srv/gr]aph\t/run/graph\n", "'/srv/gr]aph'"},
    {"PodmanWithAnOddRunRoot", false, "false\toverlay\t/srv/graph\trun\n", "cannot be told to skopeo"},
};
class RefusedPlace : public ::testing::TestWithParam<Refused> {};
TEST_P(RefusedPlace, SaysWhy) {
  const auto place = GetParam().docker ? docker_place(GetParam().said) : podman_place(GetParam().said, "/none");
  EXPECT_TRUE(testing::fails_with(place, Errc::Unavailable, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, RefusedPlace, ::testing::ValuesIn(kRefused), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
