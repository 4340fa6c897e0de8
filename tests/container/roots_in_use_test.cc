#include "berth/container/roots_in_use.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include "berth/base/unique_fd.h"
#include "berth/container/image_root.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::container {
namespace {

struct Mounts {
  const char* name;
  const char* text;
  const char* device;
};
const Mounts kMounts[] = {
    {"OfACall",
     "44 47 0:51 / / ro,nosuid - overlay none ro,lowerdir=0:1,redirect_dir=nofollow\n45 44 0:52 / /tmp rw - "
     "tmpfs none rw\n",
     "0:51"},
    {"WithOptionalFields", "44 47 0:51 / / ro shared:1 master:2 - overlay none ro,lowerdir=0:1:2,userxattr\n", "0:51"},
    {"OfPodman", "44 47 0:51 / / rw - overlay overlay rw,lowerdir=/var/lib/containers/storage/overlay/l/A\n", ""},
    {"NotTheRoot", "44 47 0:51 / /mnt ro - overlay none ro,lowerdir=0:1\n", ""},
    {"NoOverlay", "44 47 8:1 / / rw - ext4 /dev/sda1 rw\n", ""},
    {"CutShort", "44 47 0:51 / / ro -", ""},
    {"Empty", "", ""},
};
class RootDevice : public ::testing::TestWithParam<Mounts> {};
TEST_P(RootDevice, IsFound) { EXPECT_EQ(device_of_berth_root(GetParam().text), GetParam().device); }
INSTANTIATE_TEST_SUITE_P(Table, RootDevice, ::testing::ValuesIn(kMounts), [](auto& row) { return row.param.name; });

TEST(ImageOfRoot, IsItsBeginning) {
  EXPECT_EQ(image_of_root("ebe13c7e1f79c730a64fc197-2-0"), "ebe13c7e1f79c730a64fc197");
  EXPECT_EQ(image_of_root("short-2-host"), "short");
  EXPECT_EQ(image_of_root(""), "");
  EXPECT_EQ(slot_of_root("ebe13c7e1f79c730a64fc197-2-17"), "17");
  EXPECT_EQ(slot_of_root("ebe13c7e1f79c730a64fc197-2-host"), "");
  EXPECT_EQ(slot_of_root(""), "");
}

TEST(KeptRoots, OfOneImageAreRemoved) {
  const testing::TempFolder place;
  const auto folder = RuntimeFolder::open(place.path() / "run");
  ASSERT_TRUE(testing::ok(folder));
  const std::string id = std::string(24, 'a') + std::string(40, '1');
  const std::string other = std::string(23, 'a') + "b-2-0";
  for (const std::string& name : {id.substr(0, 24) + "-2-0", id.substr(0, 24) + "-2-host", other}) {
    std::filesystem::create_directories(folder->roots() / name);
  }
  remove_kept_roots_of(*folder, id);
  EXPECT_EQ(*kept_roots(*folder), std::vector<std::string>{other});
}

TEST(RootsInUse, CountAContainerOfUnknownImageByItsLease) {
  const testing::TempFolder place;
  const auto folder = RuntimeFolder::open(place.path() / "run");
  ASSERT_TRUE(testing::ok(folder));
  EXPECT_EQ(roots_in_use(*folder)->unknown, 0u);
  const std::string lease = folder->leases() / "3";
  const UniqueFd held(::open(lease.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  EXPECT_EQ(roots_in_use(*folder)->unknown, 0u);
  ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
  EXPECT_EQ(roots_in_use(*folder)->unknown, 1u);
}

}  // namespace
}  // namespace berth::container
