#include "berth/sys/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

class Root : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(testing::ok(make_folders(folder_.path() / "in/deep", 0755)));
    ASSERT_TRUE(testing::ok(write_file_atomically(folder_.path() / "outside", "secret", 0644)));
    ASSERT_TRUE(testing::ok(write_file_atomically(folder_.path() / "in/file", "inside", 0600)));
    std::filesystem::create_symlink("../outside", folder_.path() / "in/up");
    std::filesystem::create_symlink("/file", folder_.path() / "in/deep/absolute");
    auto root = open_folder(folder_.path() / "in");
    ASSERT_TRUE(testing::ok(root));
    root_ = std::move(*root);
  }

  testing::TempFolder folder_;
  UniqueFd root_;
};

TEST_F(Root, HoldsLinksInside) {
  EXPECT_TRUE(testing::fails_with(open_in_root(root_.get(), "up", O_RDONLY, "the tree"), Errc::NotFound, "'up'"));
  auto file = open_in_root(root_.get(), "deep/absolute", O_RDONLY, "the tree");
  ASSERT_TRUE(testing::ok(file));
  EXPECT_EQ(*read_file(*file, 100, "file"), "inside");
}

TEST_F(Root, RefusesEveryLinkWhereNoneMayBe) {
  EXPECT_TRUE(
      testing::fails_with(open_without_links(root_.get(), "up", O_RDONLY, "the work folder"), Errc::Denied, "a link"));
  EXPECT_TRUE(testing::fails_with(open_without_links(root_.get(), "../outside", O_RDONLY, "the work folder"),
                                  Errc::Denied, "leads elsewhere"));
}

TEST_F(Root, BoundsWhatItReads) {
  EXPECT_TRUE(testing::fails_with(read_file(folder_.path() / "outside", 5), Errc::Exhausted, "limit of 5 bytes"));
  const std::string text = read_file(folder_.path() / "outside", 100).value_or("");
  for (const std::size_t limit : {text.size() - 1, text.size(), text.size() + 1}) {
    const auto read = read_file(folder_.path() / "outside", limit);
    EXPECT_EQ(read.has_value(), limit >= text.size()) << limit;
    EXPECT_EQ(read.value_or(text), text);
  }
  EXPECT_TRUE(testing::fails_with(read_file(folder_.path(), 5), Errc::InvalidInput, "not a regular file"));
  EXPECT_TRUE(testing::fails_with(read_file(folder_.path() / "none", 5), Errc::NotFound, "none"));
  ASSERT_EQ(::mkfifo((folder_.path() / "fifo").c_str(), 0600), 0);
  EXPECT_TRUE(testing::fails_with(read_file(folder_.path() / "fifo", 5), Errc::InvalidInput, "not a regular file"));
}

// The kernel gives no size for these.
TEST(ReadFile, ReadsFilesThatSeemEmpty) {
  const auto mounts = read_file("/proc/self/mountinfo", 8 << 20);
  ASSERT_TRUE(testing::ok(mounts));
  EXPECT_TRUE(mounts->ends_with('\n'));
  EXPECT_TRUE(testing::fails_with(read_file("/proc/self/mountinfo", 10), Errc::Exhausted, "limit of 10 bytes"));
}

TEST_F(Root, WritesWholeOrNotAtAll) {
  const auto path = folder_.path() / "in/file";
  ASSERT_TRUE(testing::ok(write_file_atomically(path, "new", 0640)));
  EXPECT_EQ(*read_file(path, 100), "new");
  struct stat status = {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
  EXPECT_TRUE(testing::fails_with(write_file_atomically(folder_.path() / "none/file", "x", 0600), Errc::NotFound,
                                  "make a file beside"));
}

}  // namespace
}  // namespace berth::sys
