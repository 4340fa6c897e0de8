#include "berth/image/builder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

// A PATH with programs of these names, for as long as it lives.
class ProgramsOnPath {
 public:
  explicit ProgramsOnPath(const std::vector<const char*>& names) : before_(::getenv("PATH")) {
    for (const char* name : names) {
      std::ofstream(folder_.path() / name) << "#!/bin/sh\n";
      std::filesystem::permissions(folder_.path() / name, std::filesystem::perms::owner_all);
    }
    ::setenv("PATH", folder_.path().c_str(), 1);
  }
  ProgramsOnPath(const ProgramsOnPath&) = delete;
  ProgramsOnPath& operator=(const ProgramsOnPath&) = delete;
  ~ProgramsOnPath() { ::setenv("PATH", before_.c_str(), 1); }

 private:
  testing::TempFolder folder_;
  std::string before_;
};

TEST(Builder, OfRootNeedsARuntimeOfContainers) {
  {
    const ProgramsOnPath programs({"buildah", "unshare"});
    EXPECT_TRUE(testing::fails_with(Builder::open({}), Errc::NotFound, "apt-get install runc"));
    BuilderOptions user;
    user.ordinary_user = 1000;
    const auto of_user = Builder::open(user);
    ASSERT_TRUE(testing::ok(of_user));
    EXPECT_EQ(of_user->isolation(), "chroot");
  }
  for (const char* runtime : {"runc", "crun"}) {
    const ProgramsOnPath programs({"buildah", "unshare", runtime});
    const auto builder = Builder::open({});
    ASSERT_TRUE(testing::ok(builder));
    EXPECT_EQ(builder->isolation(), "oci");
  }
  const ProgramsOnPath none({"runc", "unshare"});
  EXPECT_TRUE(testing::fails_with(Builder::open({}), Errc::NotFound, "apt-get install buildah"));
}

TEST(Builder, LeavesRoomOnTheDisk) {
  EXPECT_EQ(room_to_keep(10ull << 30), 512ull << 20);
  EXPECT_EQ(room_to_keep(1ull << 40), 1ull << 30);
  const testing::TempFolder folder;
  EXPECT_TRUE(testing::ok(check_room(folder.path(), 1)));
  EXPECT_TRUE(testing::fails_with(check_room(folder.path(), 1ull << 60), Errc::Exhausted, "make room there"));
  EXPECT_TRUE(testing::fails_with(check_room(folder.path() / "not-there"), Errc::NotFound, "how much room"));
}

}  // namespace
}  // namespace berth::image
