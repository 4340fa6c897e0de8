#include "berth/image/revisions.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

class Revisions : public ::testing::Test {
 protected:
  Result<std::string> take(const std::string& key) {
    BERTH_TRY(const LocalStore store, LocalStore::open(folder_.path() / "storage"));
    return take_next_tag(file_, key, "1.0.0", store, {.registry = "localhost", .path = "x"});
  }
  testing::TempFolder folder_;
  std::filesystem::path file_ = folder_.path() / "state/revisions.json";
};

TEST_F(Revisions, CountUpAndAreNotGivenTwice) {
  EXPECT_EQ(take("x").value_or(""), "1.0.0.1");
  EXPECT_EQ(take("x").value_or(""), "1.0.0.2");
  EXPECT_EQ(take("y").value_or(""), "1.0.0.1");
  EXPECT_EQ(take("x").value_or(""), "1.0.0.3");
}

TEST_F(Revisions, CanBeLookedAt) {
  const auto store = LocalStore::open(folder_.path() / "storage");
  ASSERT_TRUE(testing::ok(store));
  const Reference name = {.registry = "localhost", .path = "x"};
  EXPECT_EQ(next_free_tag(file_, "x", "1.0.0", *store, name).value_or(""), "1.0.0.1");
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_EQ(take("x").value_or(""), "1.0.0.1");
  EXPECT_EQ(next_free_tag(file_, "x", "1.0.0", *store, name).value_or(""), "1.0.0.2");
}

TEST_F(Revisions, OfAFileThatIsBrokenAreRefused) {
  std::filesystem::create_directories(file_.parent_path());
  std::ofstream(file_) << "{\"x\": ";
  EXPECT_TRUE(testing::fails_with(take("x"), Errc::InvalidInput, "revisions.json"));
}

}  // namespace
}  // namespace berth::image
