#include "berth/image/image_facts.h"

#include <gtest/gtest.h>

#include "berth/image/checked_file.h"
#include "tests/image/fixture_store.h"

namespace berth::image {
namespace {

constexpr const char* kConfig =
    R"({"config": {"Labels": {"org.opencontainers.image.base.name": "docker.io/library/alpine:3"}}})";

class Facts : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.add_layer('1', 0);
    store_.add_layer('2', '1');
    store_.add_layer('3', '2');
    store_.add_image('1', {"localhost/base:1"}, '1', "{}");
    store_.add_image('2', {"localhost/app:1"}, '3', kConfig);
    store_.write();
    put('1', "var/lib/dpkg/status", "Package: bash\nVersion: 5\n");
    put('2', "usr/bin/python3.11", std::string("\0003.11.2\0", 8));
    put('3', "site-packages/a-1.dist-info/METADATA", "Name: a\nVersion: 1\n");
    put('3', "vendor/b-1.dist-info/METADATA", "Name: b\nVersion: 1\n");
  }

  void put(char layer, const std::string& path, const std::string& text) {
    const auto file = store_.folder_of(layer) / path;
    std::filesystem::create_directories(file.parent_path());
    store_.put(file, text);
  }
  std::filesystem::path cache() const { return cache_.path() / "cache"; }

  FixtureStore store_;
  testing::TempFolder cache_;
};

TEST_F(Facts, AreReadOnceAndKept) {
  const auto store = LocalStore::open(store_.root());
  ASSERT_TRUE(testing::ok(store));
  const auto images = store->list_images();
  ASSERT_TRUE(testing::ok(images));
  FactsCache first(cache(), *store);
  ASSERT_EQ(images->front().id, id_of('2'));
  const auto facts = first.get(images->front());
  ASSERT_TRUE(testing::ok(facts));
  EXPECT_EQ(facts->size_bytes, 300u);
  EXPECT_EQ(facts->base, "docker.io/library/alpine:3");
  EXPECT_EQ(facts->python, "3.11.2");
  EXPECT_EQ(facts->packages, 1u);
  EXPECT_EQ(facts->distributions, 1u) << "what others carry along is not counted";
  EXPECT_EQ(facts->layers.size(), 3u);
  first.save(*images);

  // With the layers gone only what was kept can answer.
  std::filesystem::remove_all(store_.root() / "overlay");
  FactsCache second(cache(), *store);
  EXPECT_TRUE(second.has(images->front()));
  EXPECT_FALSE(second.has(images->back()));
  const auto kept = second.get(images->front());
  ASSERT_TRUE(testing::ok(kept));
  EXPECT_EQ(*kept, *facts);
  EXPECT_TRUE(testing::fails_with(second.get(images->back()), Errc::Corrupt, "is not there"));
}

TEST_F(Facts, WithoutLayersAreThoseOfTheRecords) {
  const auto store = LocalStore::open(store_.root());
  ASSERT_TRUE(testing::ok(store));
  const auto images = store->list_images();
  ASSERT_TRUE(testing::ok(images));
  FactsCache cache(this->cache(), *store);
  const auto facts = cache.get_without_layers(images->front());
  ASSERT_TRUE(testing::ok(facts));
  EXPECT_EQ(facts->size_bytes, 300u);
  EXPECT_EQ(facts->base, "docker.io/library/alpine:3");
  EXPECT_EQ(facts->layers.size(), 3u);
  EXPECT_EQ(facts->python, "") << "a layer was read";
  EXPECT_FALSE(cache.has(images->front())) << "half of the facts were kept as all";
}

TEST_F(Facts, OfImagesThatAreGoneAreDropped) {
  const auto store = LocalStore::open(store_.root());
  const auto images = store->list_images();
  FactsCache first(cache(), *store);
  for (const StoredImage& image : *images) ASSERT_TRUE(testing::ok(first.get(image)));
  first.save({images->back()});
  FactsCache second(cache(), *store);
  EXPECT_FALSE(second.has(images->front()));
  EXPECT_TRUE(second.has(images->back()));
}

TEST_F(Facts, NameTheNearestBaseThatIsHere) {
  const auto store = LocalStore::open(store_.root());
  const auto images = store->list_images();
  FactsCache cache_of_facts(cache(), *store);
  std::map<std::string, ImageFacts> facts;
  for (const StoredImage& image : *images) facts.emplace(image.id, *cache_of_facts.get(image));
  const auto bases = bases_by_layers(*images, facts);
  ASSERT_EQ(bases.size(), 1u);
  EXPECT_EQ(bases.at(id_of('2'))->id, id_of('1'));
}

TEST_F(Facts, AnInventoryIsKeptByDigest) {
  const auto store = LocalStore::open(store_.root());
  const auto image = store->find_image(*parse_reference("app"));
  ASSERT_TRUE(testing::ok(image));
  const InventoryCache inventories(cache());
  const auto first = inventories.get(*image);
  ASSERT_TRUE(testing::ok(first));
  EXPECT_EQ(first->python.size(), 2u);
  std::filesystem::remove_all(store_.folder_of('3') / "site-packages");
  EXPECT_EQ(*inventories.get(*image), *first) << "it was read anew";
  // A damaged file is as good as none.
  store_.put(cache() / "inventories" / id_of('2'), "berth inventory 1 0\n{}");
  EXPECT_EQ(inventories.get(*image)->python.size(), 1u);
}

struct Damage {
  const char* name;
  std::function<void(const std::filesystem::path&)> make;
};
const Damage kDamages[] = {
    {"AnotherByte",
     [](const auto& file) {
       std::string text = *sys::read_file(file, 1 << 20);
       text[text.size() - 2] ^= 1;
       ASSERT_TRUE(testing::ok(sys::write_file_atomically(file, text, 0644)));
     }},
    {"CutShort", [](const auto& file) { std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1); }},
    {"Empty", [](const auto& file) { std::filesystem::resize_file(file, 0); }},
    {"WritableByOthers", [](const auto& file) { std::filesystem::permissions(file, std::filesystem::perms(0666)); }},
    {"ALink",
     [](const auto& file) {
       std::filesystem::rename(file, file.native() + "2");
       std::filesystem::create_symlink(file.native() + "2", file);
     }},
};
class CheckedFile : public ::testing::TestWithParam<Damage> {};
TEST_P(CheckedFile, IsNotReadOnceDamaged) {
  const testing::TempFolder folder;
  const auto file = folder.path() / "made/file";
  const Json json = Json::object().set("a", 1);
  ASSERT_TRUE(testing::ok(write_checked_file(file, "kind 1", json)));
  ASSERT_EQ(read_checked_file(file, "kind 1"), json);
  EXPECT_EQ(read_checked_file(file, "kind 2"), std::nullopt);
  GetParam().make(file);
  EXPECT_EQ(read_checked_file(file, "kind 1"), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(Table, CheckedFile, ::testing::ValuesIn(kDamages), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
