#include "berth/image/leftovers.h"

#include <gtest/gtest.h>

#include <map>

#include "berth/image/staging.h"
#include "berth/image/work_folder.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

class Leftovers : public ::testing::Test {
 protected:
  const fs::path& cache() const { return folder_.path(); }
  void write(const fs::path& inside) {
    ASSERT_TRUE(testing::ok(sys::make_folders((cache() / inside).parent_path(), 0700)));
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(cache() / inside, "12345", 0600)));
  }
  std::map<std::string, Leftover> found() const {
    std::map<std::string, Leftover> by_path;
    for (const Leftover& one : find_leftovers(cache())) by_path[one.path.lexically_relative(cache()).native()] = one;
    return by_path;
  }

 private:
  testing::TempFolder folder_;
};

TEST_F(Leftovers, AreNoneWhereNothingIs) { EXPECT_TRUE(found().empty()); }

TEST_F(Leftovers, AreFoundWhereverImagesPass) {
  for (const char* file : {"images/work/aa/image/layer", "images/work/aa.lock", "images/push/bb/x/manifest.json",
                           "images/save/x/y", "images/load/index.json", "images/bundle/Packs/x", "create/input/a.whl",
                           "base-image/setup", "images/sign/gg/x", "images/blobs/cc", "images/blobs/dd.part"}) {
    write(file);
  }
  // Nobody's of these.
  for (const char* file : {"images/locks/blob-aa", "images/tags.json", "images/work/none.lock", "code/x"}) write(file);
  const auto all = found();
  ASSERT_EQ(all.size(), 10U);
  EXPECT_EQ(all.at("images/work/aa").size_bytes, 5U);
  EXPECT_EQ(all.at("images/push/bb").maker, "a push");
  EXPECT_EQ(all.at("images/sign/gg").maker, "'image sign'");
  for (const char* name : {"images/save", "images/load", "images/bundle", "create", "base-image"}) {
    EXPECT_EQ(all.at(name).kind, Leftover::Kind::WorkFolder) << name;
    EXPECT_FALSE(all.at(name).is_in_use) << name;
  }
  EXPECT_EQ(all.at("images/blobs/cc").kind, Leftover::Kind::Blob);
  for (const auto& [name, one] : all) EXPECT_TRUE(testing::ok(remove_leftover(cache(), one))) << name;
  EXPECT_TRUE(found().empty());
  EXPECT_TRUE(fs::exists(cache() / "images/tags.json"));
}

TEST_F(Leftovers, InWhichSomebodyWorksStay) {
  const auto work = WorkFolder::open(cache() / "images/work/ee", Clock::now(), {});
  ASSERT_TRUE(testing::ok(work));
  write("images/work/ee/image/layer");
  write("images/blobs/ff.part");
  const auto lock = lock_images(cache(), "blob-ff", Clock::now());
  ASSERT_TRUE(testing::ok(lock));
  const auto all = found();
  EXPECT_TRUE(all.at("images/work/ee").is_in_use);
  for (const auto& [name, one] : all) {
    EXPECT_TRUE(testing::fails_with(remove_leftover(cache(), one), Errc::Conflict, "a process")) << name;
  }
  EXPECT_TRUE(fs::exists(cache() / "images/work/ee/image/layer") && fs::exists(cache() / "images/blobs/ff.part"));
}

// A link in their place leads nowhere.
TEST_F(Leftovers, AreNoLinks) {
  write("elsewhere/file");
  fs::create_directories(cache() / "images/work");
  fs::create_directories(cache() / "images/blobs");
  fs::create_symlink(cache() / "elsewhere", cache() / "images/work/link");
  fs::create_symlink(cache() / "elsewhere/file", cache() / "images/blobs/link");
  EXPECT_TRUE(found().empty());
}

}  // namespace
}  // namespace berth::image
