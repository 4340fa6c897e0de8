#include "berth/image/image_lock.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "berth/image/stored_containers.h"
#include "berth/sys/file.h"
#include "tests/image/fixture_store.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

TEST(ImageLock, ReadsBackWhatItPrints) {
  const ImageLock lock{{{"demisto/python3:3.10.1", digest_of('1')}, {"python3", digest_of('2')}}};
  const auto back = parse_image_lock(print_image_lock(lock), "f");
  ASSERT_TRUE(testing::ok(back));
  EXPECT_EQ(*back, lock);
  EXPECT_EQ(*parse_image_lock(print_image_lock({}), "f"), ImageLock{});
}

struct Bad {
  const char* name;
  std::string text;
  Errc code;
  const char* why;
};
const Bad kBad[] = {
    {"NoJson", "x", Errc::InvalidInput, "read lock file 'f': "},
    {"NoSchema", "{}", Errc::InvalidInput, "it has no schema; make it anew with 'berth image lock TREE --update'"},
    {"Newer", R"({"schema": 2, "images": {}})", Errc::Unavailable, "its schema is 2"},
    {"NoImages", R"({"schema": 1})", Errc::InvalidInput, "it has no images"},
    {"NoReference", R"({"schema": 1, "images": {"A B": "x"}})", Errc::InvalidInput, "'A B' is no name of an image"},
    {"NoDigest", R"({"schema": 1, "images": {"a:1": "sha256:1"}})", Errc::InvalidInput,
     "'a:1' is locked to is no digest"},
};
class BadLock : public ::testing::TestWithParam<Bad> {};
TEST_P(BadLock, SaysWhy) {
  EXPECT_TRUE(testing::fails_with(parse_image_lock(GetParam().text, "f"), GetParam().code, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, BadLock, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

TEST(ImageLock, PinsWhatItHas) {
  const ImageLock lock{{{"a:1", digest_of('1')}}};
  const auto pinned = locked(lock, "a:1", {.path = "a", .tag = "1"});
  ASSERT_TRUE(testing::ok(pinned));
  EXPECT_TRUE(pinned->is_locked);
  EXPECT_EQ(to_string(pinned->reference), "a:1@" + digest_of('1'));
  const auto other = locked(lock, "a:2", {.path = "a", .tag = "2"});
  ASSERT_TRUE(testing::ok(other));
  EXPECT_FALSE(other->is_locked);
  EXPECT_EQ(to_string(other->reference), "a:2");
  EXPECT_TRUE(testing::fails_with(locked(lock, "a:1", {.path = "a", .tag = "1", .digest = digest_of('2')}),
                                  Errc::InvalidInput, "the lock file has sha256:1111"));
}

TEST(ImageLock, OfATreeIsReadWithoutFollowingLinks) {
  const testing::TempFolder folder;
  EXPECT_EQ(*read_image_lock(folder.path()), std::nullopt);
  const auto file = folder.path() / kLockFile;
  const ImageLock lock{{{"a:1", digest_of('1')}}};
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / "other", print_image_lock(lock), 0644)));
  std::filesystem::create_symlink("other", file);
  EXPECT_FALSE(read_image_lock(folder.path()).has_value());
  std::filesystem::remove(file);
  std::filesystem::rename(folder.path() / "other", file);
  EXPECT_EQ(*read_image_lock(folder.path()), lock);
}

TEST(StoredContainers, AreRead) {
  const auto containers = parse_stored_containers(
      R"([{"id": "1234567890123456", "names": ["build"], "image": "abc"}, {"id": "abcdef0123456789", "image": ""}])");
  ASSERT_TRUE(testing::ok(containers));
  ASSERT_EQ(containers->size(), 2u);
  EXPECT_EQ((*containers)[0].name, "build");
  EXPECT_EQ((*containers)[0].image, "abc");
  EXPECT_EQ((*containers)[1].name, "abcdef012345");
  EXPECT_TRUE(testing::fails_with(parse_stored_containers("{}"), Errc::Corrupt, "not a list of records"));
  const testing::TempFolder folder;
  EXPECT_TRUE(read_stored_containers(folder.path())->empty());
}

}  // namespace
}  // namespace berth::image
