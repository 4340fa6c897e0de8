#include "berth/app/copy_out.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;

struct MadeFolder {
  MadeFolder() {
    std::filesystem::create_directories(out());
    std::filesystem::create_directories(made());
  }
  std::filesystem::path made() const { return folder.path() / "made"; }
  std::filesystem::path out() const { return folder.path() / "out"; }
  UniqueFd open() const { return UniqueFd(::open(made().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }
  testing::TempFolder folder;
};

TEST(CopyOut, CopiesWithHashAndHead) {
  const MadeFolder folder;
  std::ofstream(folder.made() / "a") << "abc" << std::string(100, 'x');
  CopyOut out(1000, Clock::now() + std::chrono::minutes(1));
  const auto copied = out.copy(folder.open(), "a", folder.out() / "a");
  ASSERT_TRUE(testing::ok(copied));
  EXPECT_EQ(copied->head, "abc" + std::string(61, 'x'));
  EXPECT_EQ(copied->sha256.size(), 64u);
  EXPECT_EQ(std::filesystem::file_size(folder.out() / "a"), 103u);
}

TEST(CopyOut, HasOneBoundForAllFiles) {
  const MadeFolder folder;
  for (const char* name : {"a", "b"}) {
    std::ofstream(folder.made() / name) << "x";
    std::filesystem::resize_file(folder.made() / name, 600);  // sparse
  }
  CopyOut out(1000, Clock::now() + std::chrono::minutes(1));
  EXPECT_TRUE(testing::ok(out.copy(folder.open(), "a", folder.out() / "a")));
  EXPECT_TRUE(testing::fails_with(out.copy(folder.open(), "b", folder.out() / "b"), Errc::Exhausted, "larger in all"));
  CopyOut late(1000, Clock::now());
  EXPECT_TRUE(testing::fails_with(late.copy(folder.open(), "a", folder.out() / "c"), Errc::TimedOut, "in time"));
}

TEST(CopyOut, TakesFilesAlone) {
  const MadeFolder folder;
  std::filesystem::create_directories(folder.made() / "folder");
  std::filesystem::create_symlink("/etc/passwd", folder.made() / "link");
  CopyOut out(1 << 20, Clock::now() + std::chrono::minutes(1));
  EXPECT_TRUE(testing::fails_with(out.copy(folder.open(), "folder", folder.out() / "a"), Errc::Corrupt, "no file"));
  EXPECT_FALSE(out.copy(folder.open(), "link", folder.out() / "b").has_value());
}

}  // namespace
}  // namespace berth::app
