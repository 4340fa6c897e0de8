#include "berth/image/tar_writer.h"

#include <gtest/gtest.h>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

TEST(TarWriter, LeavesAFileThatWasMadeMeanwhile) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "x.tar";
  auto tar = TarWriter::create(path);
  ASSERT_TRUE(testing::ok(tar));
  ASSERT_TRUE(testing::ok(tar->add("a", "1")));
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(path, "another's", 0600)));
  EXPECT_TRUE(testing::fails_with(tar->finish(), Errc::AlreadyExists, "put '"));
  EXPECT_EQ(sys::read_file(path, 100).value(), "another's");
}

TEST(TarWriter, PutsTheFileInItsPlaceWhole) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "x.tar";
  {
    auto tar = TarWriter::create(path);
    ASSERT_TRUE(testing::ok(tar));
    ASSERT_TRUE(testing::ok(tar->add("a", "1")));
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(testing::ok(tar->finish()));
  }
  EXPECT_EQ(std::filesystem::file_size(path), 4 * 512u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace berth::image
