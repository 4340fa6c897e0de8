#include "berth/sys/whole_path.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

TEST(WholePath, IsFromTheRootOn) {
  EXPECT_EQ(whole_path("/a/./b/../c/")->native(), "/a/c/");
  EXPECT_EQ(*whole_path("x"), std::filesystem::current_path() / "x");
}

TEST(WholePath, OfNothingIsAMistake) {
  EXPECT_TRUE(testing::fails_with(whole_path(""), Errc::InvalidInput, "the path is empty; name a file or a folder"));
}

TEST(WholePath, InAFolderThatIsGoneIsToldAsThat) {
  const std::filesystem::path before = std::filesystem::current_path();
  {
    const testing::TempFolder folder;
    ASSERT_EQ(::chdir(folder.path().c_str()), 0);
  }
  const auto relative = whole_path("x");
  const auto absolute = whole_path("/x");
  ASSERT_EQ(::chdir(before.c_str()), 0);
  EXPECT_TRUE(testing::fails_with(relative, Errc::NotFound, "where 'x' is: the current folder cannot be named"));
  EXPECT_TRUE(testing::ok(absolute));
}

}  // namespace
}  // namespace berth::sys
