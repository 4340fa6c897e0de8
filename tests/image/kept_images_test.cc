#include "berth/image/kept_images.h"

#include <gtest/gtest.h>

#include "tests/image/fixture_store.h"

namespace berth::image {
namespace {

class Kept : public ::testing::Test {
 protected:
  void add(char id, const std::string& name) {
    store_.add_layer(id, 0);
    store_.add_image(id, {name}, id, R"({"config": {}})");
    store_.write();
  }
  Result<std::string> id_of_image(KeptImages& images, const char* name) {
    BERTH_TRY(const Reference reference, parse_reference(name));
    BERTH_TRY(const ResolvedImage* found, images.resolve(reference, {}, default_trust()));
    return found->image.id;
  }
  FixtureStore store_;
};

TEST_F(Kept, SeeWhatComesLater) {
  add('1', "localhost/one:1");
  auto images = KeptImages::open(store_.root());
  ASSERT_TRUE(testing::ok(images));
  EXPECT_EQ(*id_of_image(*images, "one:1"), id_of('1'));
  EXPECT_TRUE(testing::fails_with(id_of_image(*images, "two:1"), Errc::NotFound, "two:1"));
  add('2', "localhost/two:1");
  EXPECT_EQ(*id_of_image(*images, "two:1"), id_of('2'));
  EXPECT_EQ(*id_of_image(*images, "one:1"), id_of('1'));
}

TEST_F(Kept, SeeATagThatMoves) {
  add('1', "localhost/one:1");
  auto images = KeptImages::open(store_.root());
  ASSERT_TRUE(testing::ok(images));
  EXPECT_EQ(*id_of_image(*images, "one"), id_of('1'));
  add('2', "localhost/one:2");
  EXPECT_EQ(*id_of_image(*images, "one"), id_of('2')) << "the newest tag";
}

TEST_F(Kept, BeginWithAnEmptyStorage) {
  auto images = KeptImages::open(store_.root());
  ASSERT_TRUE(testing::ok(images));
  EXPECT_FALSE(id_of_image(*images, "one:1"));
  add('1', "localhost/one:1");
  EXPECT_EQ(*id_of_image(*images, "one:1"), id_of('1'));
}

TEST_F(Kept, LetNothingStandInForADigest) {
  add('1', "localhost/one:1");
  auto images = KeptImages::open(store_.root());
  ASSERT_TRUE(testing::ok(images));
  const SubstitutionTable table = {*parse_substitution("demisto/*", "one:1")};
  const auto resolve = [&](const std::string& name) -> Result<std::string> {
    BERTH_TRY(const ResolvedImage* found, images->resolve(*parse_reference(name), table, default_trust()));
    return found->image.id;
  };
  const std::string pinned = "demisto/two:1@" + digest_of('2');
  EXPECT_EQ(*resolve("demisto/two:1"), id_of('1'));
  EXPECT_TRUE(testing::fails_with(resolve(pinned), Errc::NotFound, pinned));
}

TEST_F(Kept, DoNotReadAgainWhatIsAsItWas) {
  add('1', "localhost/one:1");
  auto images = KeptImages::open(store_.root());
  ASSERT_TRUE(testing::ok(images));
  ASSERT_TRUE(testing::ok(id_of_image(*images, "one:1")));
  std::filesystem::remove_all(store_.root() / "overlay-images" / id_of('1'));
  EXPECT_TRUE(testing::ok(id_of_image(*images, "one:1")));
}

}  // namespace
}  // namespace berth::image
