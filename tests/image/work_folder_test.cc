#include "berth/image/work_folder.h"

#include <gtest/gtest.h>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

namespace fs = std::filesystem;

WorkFolder::Deadline now() { return std::chrono::steady_clock::now(); }

TEST(WorkFolders, ThatWereForgottenAreSwept) {
  const testing::TempFolder folder;
  const fs::path parent = folder.path() / "work";
  auto held = WorkFolder::open(parent / "held", now(), {});
  ASSERT_TRUE(testing::ok(held));
  fs::create_directories(parent / "forgotten/image");
  for (const char* file : {"forgotten/image/layer", "forgotten.lock", "alone.lock"}) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(parent / file, "x", 0600)));
  }
  sweep_work_folders(parent);
  EXPECT_TRUE(fs::exists(parent / "held") && fs::exists(parent / "held.lock"));
  EXPECT_FALSE(fs::exists(parent / "forgotten") || fs::exists(parent / "forgotten.lock"));
  EXPECT_FALSE(fs::exists(parent / "alone.lock"));
  EXPECT_TRUE(testing::fails_with(WorkFolder::open(parent / "held", now(), {}), Errc::TimedOut, "another process"));
  sweep_work_folders(folder.path() / "none");
}

TEST(WorkFolders, AreTakenAgainAfterASweep) {
  const testing::TempFolder folder;
  {
    const auto first = WorkFolder::open(folder.path() / "x", now(), {});
    ASSERT_TRUE(testing::ok(first));
  }
  sweep_work_folders(folder.path());
  EXPECT_FALSE(fs::exists(folder.path() / "x.lock"));
  const auto again = WorkFolder::open(folder.path() / "x", now(), {});
  ASSERT_TRUE(testing::ok(again));
  EXPECT_TRUE(fs::exists(folder.path() / "x"));
}

TEST(WorkFolders, AreNotWaitedForOnceItIsToEnd) {
  const testing::TempFolder folder;
  const auto held = WorkFolder::open(folder.path() / "x", now(), {});
  ASSERT_TRUE(testing::ok(held));
  int asked = 0;
  const auto watch = [&]() -> Result<void> {
    if (++asked < 2) return {};
    return fail(Errc::Unavailable, "it was interrupted");
  };
  const auto later = now() + std::chrono::minutes(1);
  EXPECT_TRUE(testing::fails_with(WorkFolder::open(folder.path() / "x", later, {}, watch), Errc::Unavailable,
                                  "it was interrupted"));
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace berth::image
