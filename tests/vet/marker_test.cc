#include "berth/vet/marker.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::vet {
namespace {

TEST(Marker, IsNeverTrueOnLinuxWhereItNamesAnotherSystem) {
  for (const char* marker :
       {"sys_platform == 'win32'", "sys_platform=='darwin' and python_version < '3'", "'win32' == sys_platform",
        "os_name == \"nt\"", "platform_system != \"Linux\"", "sys_platform in 'win32 cygwin'", "'win' in sys_platform",
        "(sys_platform == 'win32' or os_name == 'nt') and extra == 'x'", "sys_platform not in 'linux linux2'",
        "os_name != 'posix'"}) {
    EXPECT_TRUE(never_holds_on_linux(marker)) << marker;
  }
}

TEST(Marker, MayHoldWhereItNamesAnythingElseOrCannotBeRead) {
  for (const char* marker :
       {"", "sys_platform == 'linux'", "sys_platform == 'linux2'", "sys_platform != 'win32'", "python_version < '3'",
        "sys_platform == 'win32' or python_version >= '3.8'", "platform_machine == 'arm64'", "extra == 'x'",
        "os_name == 'posix'", "sys_platform < 'win32'", "sys_platform == 'win32' garbage", "(sys_platform == 'win32'",
        "sys_platform == 'win32", "sys_platform == win32", "sys_platform not 'linux'", "'win32' == 'linux'"}) {
    EXPECT_FALSE(never_holds_on_linux(marker)) << marker;
  }
  EXPECT_FALSE(never_holds_on_linux(std::string(100'000, '(')));
}

}  // namespace
}  // namespace berth::vet
