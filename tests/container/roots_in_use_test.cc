#include "berth/container/roots_in_use.h"

#include <gtest/gtest.h>

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
}

}  // namespace
}  // namespace berth::container
