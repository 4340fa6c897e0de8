#include "berth/app/engine_leftovers.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdlib>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using container::EngineKind;

// A cache, and a `docker` that does what `script` says and writes down what it was asked.
class EngineLeftovers : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("PATH", (bin().native() + ":" + path_).c_str(), 1); }
  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }

  std::filesystem::path bin() const { return folder_.path() / "bin"; }
  std::filesystem::path cache() const { return folder_.path() / "cache"; }
  std::string asked() const { return sys::read_file(folder_.path() / "asked", 1 << 20).value_or(""); }
  void set_docker(const std::string& script) const {
    std::filesystem::create_directories(bin());
    std::filesystem::create_directories(cache());
    const std::string text = "#!/bin/sh\ncd " + folder_.path().native() + "\necho \"$@\" >> asked\n" + script;
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(bin() / "docker", text, 0755)));
  }

  testing::TempFolder folder_;
  std::string path_ = std::getenv("PATH");
};

TEST_F(EngineLeftovers, AreFoundByTheNameOfTheirBuildAlone) {
  set_docker("case \"$1 $2\" in 'ps --all') echo c1;; 'image ls') echo i1;; esac\n");
  EXPECT_TRUE(testing::ok(sweep_engine_builds(cache(), EngineKind::Docker)));
  EXPECT_EQ(asked(), "") << "none is noted";
  const EngineBuild docker{EngineKind::Docker, "berth-create-x-1"};
  const EngineBuild podman{EngineKind::Podman, "berth-create-x-2"};
  ASSERT_TRUE(testing::ok(note_engine_build(cache(), podman)));
  ASSERT_TRUE(testing::ok(note_engine_build(cache(), docker)));
  EXPECT_EQ(noted_engine_builds(cache()), (std::vector<EngineBuild>{podman, docker}));
  EXPECT_TRUE(testing::ok(sweep_engine_builds(cache(), EngineKind::Docker)));
  EXPECT_EQ(asked(),
            "ps --all --quiet --filter label=berth.build=berth-create-x-1 --filter name=berth-create-x-1\n"
            "image ls --quiet --no-trunc --filter label=berth.build=berth-create-x-1 --filter dangling=true\n"
            "rm --force --volumes c1\n"
            "image rm i1\n");
  EXPECT_EQ(noted_engine_builds(cache()), std::vector<EngineBuild>{podman}) << "that is another engine's";
}

TEST_F(EngineLeftovers, AreLookedForAgainWhereSomebodyIsAtThem) {
  set_docker(
      "case \"$1\" in ps) [ -e tried ] || echo c1;; "
      "rm) touch tried; echo 'removal of container c1 is already in progress' >&2; exit 1;; esac\n");
  ASSERT_TRUE(testing::ok(note_engine_build(cache(), {EngineKind::Docker, "berth-create-x-1"})));
  EXPECT_TRUE(testing::ok(sweep_engine_builds(cache(), EngineKind::Docker)));
  EXPECT_FALSE(std::filesystem::exists(engine_builds_file(cache())));
}

TEST_F(EngineLeftovers, TakeNoNoteThatIsNone) {
  set_docker("");
  ASSERT_TRUE(testing::ok(
      sys::write_file_atomically(engine_builds_file(cache()), "native a\ndocker\ndocker a=b\ndocker -a\nx b\n", 0644)));
  EXPECT_TRUE(noted_engine_builds(cache()).empty());
}

}  // namespace
}  // namespace berth::app
