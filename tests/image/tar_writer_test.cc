#include "berth/image/tar_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

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

TEST(TarWriter, RemovesWhatKilledWritersOfTheSameFileLeft) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "x.tar";
  const std::string kept[] = {"x.tar.part", "x.tar..part", "x.tar.1a.part", "x.tar.1.part.2", "y.tar.1.part"};
  for (const std::string& name : kept) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / name, "another's", 0600)));
  }
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / "x.tar.1.part", "left", 0600)));
  std::filesystem::create_symlink("y.tar.1.part", folder.path() / "x.tar.2.part");
  // As one would find it whose number this process was given again.
  const auto own = folder.path() / ("x.tar." + std::to_string(::getpid()) + ".part");
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(own, "left", 0600)));
  auto tar = TarWriter::create(path);
  ASSERT_TRUE(testing::ok(tar));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "x.tar.1.part"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "x.tar.2.part"));
  for (const std::string& name : kept) EXPECT_TRUE(std::filesystem::exists(folder.path() / name)) << name;
  // One who writes at this moment is left alone.
  EXPECT_TRUE(testing::fails_with(TarWriter::create(path), Errc::AlreadyExists, "create '"));
  ASSERT_TRUE(testing::ok(tar->finish()));
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace berth::image
