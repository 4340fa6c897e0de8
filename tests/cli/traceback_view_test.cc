#include "berth/cli/traceback_view.h"

#include <gtest/gtest.h>

namespace berth::cli {
namespace {

TEST(Traceback, TellsTheItemsOwnLines) {
  EXPECT_EQ(with_own_lines("  File \"<string>\", line 734, in <module>\n", "a.py", 734),
            "  File \"a.py\", line 1, in <module>\n");
  EXPECT_EQ(with_own_lines("File \"<string>\", line 12\nFile \"<string>\", line 740\n", "a.py", 734),
            "File \"<string>\", line 12\nFile \"a.py\", line 7\n");
}

TEST(Traceback, LeavesTheRestAsItIs) {
  EXPECT_EQ(with_own_lines("File \"<string>\", line 9", "a.py", std::nullopt), "File \"<string>\", line 9");
  EXPECT_EQ(with_own_lines("File \"<string>\", line x and line 99999999999999999999999", "a.py", 1),
            "File \"<string>\", line x and line 99999999999999999999999");
  EXPECT_EQ(with_own_lines("", "a.py", 1), "");
}

}  // namespace
}  // namespace berth::cli
