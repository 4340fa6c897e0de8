#include "berth/app/item_image.h"

#include <gtest/gtest.h>

#include <fstream>

#include "berth/app/image_locking.h"
#include "berth/app/image_setting.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

std::string digest_of(char digit) { return "sha256:" + std::string(64, digit); }

class ContentOnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.storage = folder_.path() / "storage";
    settings_.cache = folder_.path() / "cache";
    settings_.state = folder_.path() / "state";
  }

  std::filesystem::path put(const std::string& name, const std::string& image) {
    const auto file = tree() / "Packs/P/Scripts" / name / (name + ".yml");
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "commonfields: {id: " << name << ", version: -1}\nname: " << name
                        << "\ntype: python\nsubtype: python3\nscript: 'x'\n"
                        << (image.empty() ? "" : "dockerimage: " + image + "\n");
    return file;
  }
  std::filesystem::path tree() const { return folder_.path() / "tree"; }

  static image::StoredImage stored(char id, const std::string& name) {
    return {std::string(64, id), digest_of(id), {}, {*image::parse_reference(name)}, {}, {}};
  }

  testing::TempFolder folder_;
  Settings settings_;
};

content::Item item_with(std::optional<std::string> image) {
  content::Item item;
  item.id = "S";
  item.name = "S";
  item.subtype = "python3";
  item.docker_image = std::move(image);
  return item;
}

TEST(ItemImage, TakesNoLatestFromAnItem) {
  image::KeptLocks locks;
  const Settings settings;
  EXPECT_TRUE(testing::fails_with(image_for(item_with("demisto/a:latest"), "", settings, nullptr, locks),
                                  Errc::InvalidInput,
                                  "has the tag 'latest', which means another image every day; name a version, or a "
                                  "digest (berth content set-image 'S' demisto/a:VERSION)"));
  EXPECT_TRUE(testing::ok(image_for(item_with("demisto/a:latest@" + digest_of('1')), "", settings, nullptr, locks)));
  // Whoever types it means today's.
  const auto asked = image_for(item_with("demisto/a:1"), "demisto/a:latest", settings, nullptr, locks);
  ASSERT_TRUE(testing::ok(asked));
  EXPECT_EQ(image::to_string(asked->reference), "demisto/a:latest");
}

TEST_F(ContentOnDisk, ALockPinsWhatItemsName) {
  image::KeptLocks locks;
  put("S", "demisto/a:1");
  content::ContentTree tree(this->tree());
  const auto free = image_for(item_with("demisto/a:1"), "", settings_, &tree, locks);
  ASSERT_TRUE(testing::ok(free));
  EXPECT_FALSE(free->is_locked);
  EXPECT_EQ(free->warning, "");
  const image::ImageLock lock{{{"demisto/a:1", digest_of('1')}, {"python3", digest_of('2')}}};
  ASSERT_TRUE(
      testing::ok(sys::write_file_atomically(this->tree() / image::kLockFile, image::print_image_lock(lock), 0644)));
  const auto locked = image_for(item_with("demisto/a:1"), "", settings_, &tree, locks);
  ASSERT_TRUE(testing::ok(locked));
  EXPECT_EQ(locked->reference.digest, digest_of('1'));
  EXPECT_TRUE(locked->is_locked);
  EXPECT_EQ(image_for(item_with({}), "", settings_, &tree, locks)->reference.digest, digest_of('2'));
  EXPECT_EQ(image_for(item_with("demisto/a:1"), "demisto/a:1", settings_, &tree, locks)->reference.digest, "");
  const auto other = image_for(item_with("demisto/a:2"), "", settings_, &tree, locks);
  ASSERT_TRUE(testing::ok(other));
  EXPECT_NE(other->warning.find("does not have the image 'demisto/a:2'; add it with 'berth image lock'"),
            std::string::npos);
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(this->tree() / image::kLockFile, "{", 0644)));
  EXPECT_TRUE(testing::fails_with(image_for(item_with("demisto/a:1"), "", settings_, &tree, locks), Errc::InvalidInput,
                                  "read lock file"));
}

TEST_F(ContentOnDisk, ALockKeepsWhatItHas) {
  put("A", "demisto/a:1");
  put("B", "demisto/b:latest");
  put("C", "demisto/c:1");
  put("D", "demisto/d@" + digest_of('9'));
  put("E", "");
  const auto index = content::ContentIndex::open(tree(), {});
  ASSERT_TRUE(testing::ok(index));
  const std::vector<image::StoredImage> images = {stored('1', "docker.io/demisto/a:1"),
                                                  stored('2', "localhost/berth/python3-deb:1")};
  const image::NamedImages named(images);
  const image::ImageLock before{{{"demisto/a:1", digest_of('7')}, {"demisto/gone:1", digest_of('8')}}};
  const LockPlan plan = plan_lock(*index, before, named, settings_, false);
  EXPECT_EQ(plan.lock.digests,
            (std::map<std::string, std::string>{{"demisto/a:1", digest_of('7')}, {"python3", digest_of('2')}}));
  ASSERT_EQ(plan.changes.size(), 2u);
  EXPECT_EQ(plan.changes[0].written, "python3");
  EXPECT_EQ(plan.changes[1].written, "demisto/gone:1");
  EXPECT_EQ(plan.changes[1].after, "");
  ASSERT_EQ(plan.problems.size(), 2u);
  EXPECT_NE(plan.problems[0].find("the tag 'latest'"), std::string::npos);
  EXPECT_NE(plan.problems[1].find("'demisto/c:1' is not on this machine"), std::string::npos);
  const LockPlan updated = plan_lock(*index, before, named, settings_, true);
  EXPECT_EQ(updated.lock.digests.at("demisto/a:1"), digest_of('1'));
}

TEST_F(ContentOnDisk, ATreeIsLockedInItsFolder) {
  put("D", "demisto/d@" + digest_of('9'));
  const auto report = lock_images(settings_, {.tree = tree()});
  ASSERT_TRUE(testing::ok(report));
  EXPECT_TRUE(report->written);
  EXPECT_EQ(*image::read_image_lock(tree()), image::ImageLock{});
  EXPECT_FALSE(lock_images(settings_, {.tree = tree()})->written) << "it was like that already";
  EXPECT_TRUE(testing::fails_with(lock_images(settings_, {.tree = "nosuch"}), Errc::NotFound, "no such source"));
  EXPECT_TRUE(testing::fails_with(lock_images(settings_, {.tree = tree() / "Packs/P"}), Errc::InvalidInput,
                                  "it is a pack; a lock file lies beside 'Packs/'"));
  EXPECT_TRUE(testing::fails_with(lock_images(settings_, {}), Errc::InvalidInput, "name a registered source"));
}

TEST_F(ContentOnDisk, AnImageIsSetInPlace) {
  const auto file = put("S", "demisto/a:1 # why");
  std::filesystem::permissions(file, std::filesystem::perms(0640));
  const auto set = set_item_image(settings_, {.item = file, .image = "demisto/b:2"});
  ASSERT_TRUE(testing::ok(set));
  EXPECT_TRUE(set->changed);
  EXPECT_EQ(set->before, "demisto/a:1");
  ASSERT_EQ(set->notes.size(), 1u);
  EXPECT_NE(sys::read_file(file, 1 << 20)->find("dockerimage: demisto/b:2 # why\n"), std::string::npos);
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0640));
  EXPECT_FALSE(set_item_image(settings_, {.item = file, .image = "demisto/b:2"})->changed);
}

struct BadImage {
  const char* name;
  SetImageRequest request;
  Errc code;
  const char* why;
};
class SetImageRefused : public ContentOnDisk, public ::testing::WithParamInterface<BadImage> {};
const BadImage kBadImages[] = {
    {"Latest", {.item = "", .image = "demisto/a:latest"}, Errc::InvalidInput, "the tag 'latest'"},
    {"NoTag", {.item = "", .image = "demisto/a"}, Errc::InvalidInput, "has neither tag nor digest"},
    {"NoReference", {.item = "", .image = "demisto/a: 1"}, Errc::InvalidInput, "a blank or a control character"},
    {"Nothing", {.item = ""}, Errc::InvalidInput, "name an image, or --python 2"},
    {"NoImageForPython", {.item = "", .image = "", .python = "3"}, Errc::NotFound, "berth image init"},
    {"NoSuchItem", {.item = "none", .image = "demisto/a:1"}, Errc::NotFound, "none"},
    {"NoSuchFile", {.item = "./none.yml", .image = "demisto/a:1"}, Errc::NotFound, "none.yml"},
};
TEST_P(SetImageRefused, SaysWhy) {
  const auto file = put("S", "demisto/a:1");
  const std::string before = *sys::read_file(file, 1 << 20);
  SetImageRequest request = GetParam().request;
  if (request.item.empty()) request.item = file;
  EXPECT_TRUE(testing::fails_with(set_item_image(settings_, request), GetParam().code, GetParam().why));
  EXPECT_EQ(*sys::read_file(file, 1 << 20), before);
}
INSTANTIATE_TEST_SUITE_P(Table, SetImageRefused, ::testing::ValuesIn(kBadImages),
                         [](auto& row) { return row.param.name; });

TEST_F(ContentOnDisk, ALinkIsNotWrittenThrough) {
  const auto file = put("S", "demisto/a:1");
  const auto link = tree() / "link.yml";
  std::filesystem::create_symlink(file, link);
  EXPECT_TRUE(testing::fails_with(set_item_image(settings_, {.item = link, .image = "demisto/b:2"}), Errc::InvalidInput,
                                  "is a link"));
}

}  // namespace
}  // namespace berth::app
