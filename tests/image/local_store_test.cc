#include "berth/image/local_store.h"

#include <gtest/gtest.h>

#include "berth/image/named_images.h"
#include "berth/image/substitution.h"
#include "tests/image/fixture_store.h"

namespace berth::image {
namespace {

constexpr const char* kConfig =
    R"({"config": {"User": "demisto", "Env": ["A=1", "PATH=/bin", "A=2"], "WorkingDir": "/w", "Cmd": ["python3"],
        "Entrypoint": null, "Labels": {"k": "v"}}})";

class Store : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.add_layer('1', 0);
    store_.add_layer('2', '1');
    store_.add_layer('3', '2');
    store_.add_layer('4', 0);
    store_.add_layer('5', '4');
    store_.add_layer('6', 'f');
    store_.add_layer('7', 0);
    store_.add_image('1', {"localhost/berth/python3-deb:3.11.2.9"}, '3', kConfig);
    store_.add_image('2', {"localhost/berth/python3-deb:3.11.2.10", "localhost/berth/python3-deb:stable"}, '2',
                     kConfig);
    store_.add_image('3', {"docker.io/demisto/python3:1.0", "localhost/demisto/python3:0.9"}, '1', kConfig);
    store_.add_image('4', {"docker.io/library/alpine:3"}, '1', "{}");
    store_.add_image('5', {"localhost/elsewhere:1"}, '5', kConfig);
    store_.add_image('6', {"localhost/orphan:1"}, '6', kConfig);
    store_.add_image('7', {"localhost/folderless:1"}, '7', kConfig);
    store_.add_image('8', {"localhost/odd:1"}, '1', R"({"config": {"Env": ["x"]}})");
    store_.add_image('9', {"localhost/no name:1", "localhost/same:1"}, '1', kConfig);
    store_.write();
    std::filesystem::remove(store_.folder_of('7'));
    const auto link = store_.root() / "overlay/l" / FixtureStore::link_of('4');
    std::filesystem::remove(link);
    std::filesystem::create_symlink("../../../etc", link);
  }

  Result<LocalImage> find(std::string_view text) const {
    BERTH_TRY(const LocalStore store, LocalStore::open(store_.root()));
    BERTH_TRY(const Reference reference, parse_reference(text));
    return store.find_image(reference);
  }

  FixtureStore store_;
};

TEST(PickedImage, IsFoundByAnyOfItsDigests) {
  StoredImage image = {.id = id_of('1'), .digest = digest_of('1'), .other_digests = {digest_of('2')}};
  image.names.push_back(*parse_reference("docker.io/demisto/x@" + digest_of('1')));
  const std::vector<const StoredImage*> images = {&image};
  for (const char* name : {"demisto/x@", "demisto/x:9@"}) {
    EXPECT_EQ(pick_image(images, *parse_reference(name + digest_of('1'))), &image);
    EXPECT_EQ(pick_image(images, *parse_reference(name + digest_of('2'))), &image);
    EXPECT_EQ(pick_image(images, *parse_reference(name + digest_of('3'))), nullptr);
  }
  EXPECT_EQ(pick_image(images, *parse_reference("demisto/y@" + digest_of('2'))), nullptr);
}

TEST_F(Store, ReadsAnImageWhole) {
  const auto store = LocalStore::open(store_.root());
  ASSERT_TRUE(testing::ok(store));
  const auto image = store->find_image({.path = "berth/python3-deb", .tag = "3.11.2.9"});
  ASSERT_TRUE(testing::ok(image));
  EXPECT_EQ(*store->size_bytes_of(*image), 300u);
  EXPECT_EQ(image->id, id_of('1'));
  EXPECT_EQ(image->digest, digest_of('1'));
  EXPECT_EQ(image->layer_folders,
            (std::vector<std::filesystem::path>{store_.folder_of('3'), store_.folder_of('2'), store_.folder_of('1')}));
  EXPECT_EQ(image->config.user, "demisto");
  EXPECT_EQ(image->config.workdir, "/w");
  EXPECT_EQ(image->config.env, (std::vector<std::string>{"A=2", "PATH=/bin"}));
  EXPECT_EQ(image->config.env_value("PATH"), "/bin");
  EXPECT_EQ(image->config.cmd, std::vector<std::string>{"python3"});
  EXPECT_TRUE(image->config.entrypoint.empty());
  EXPECT_EQ(image->config.label("k"), "v");
}

TEST_F(Store, ListsTheNewestFirst) {
  const auto store = LocalStore::open(store_.root());
  ASSERT_TRUE(testing::ok(store));
  const auto images = store->list_images();
  ASSERT_TRUE(testing::ok(images));
  ASSERT_EQ(images->size(), 9u);
  EXPECT_EQ(images->front().id, id_of('9'));
  EXPECT_EQ(images->front().names.size(), 1u) << "a name that is none is left out";
}

struct Lookup {
  const char* name;
  std::string asked;
  char image;
};

const Lookup kLookups[] = {
    {"ShortName", "python3", '2'},
    {"ShortNameWithTag", "python3:3.11.2.9", '1'},
    {"NewestTag", "berth/python3-deb", '2'},
    {"WordTag", "berth/python3-deb:stable", '2'},
    {"Registry", "localhost/berth/python3-deb:3.11.2.9", '1'},
    {"DockerByPath", "demisto/python3:1.0", '3'},
    {"DockerWritten", "docker.io/demisto/python3", '3'},
    {"Library", "alpine", '4'},
    {"LibraryWritten", "docker.io/library/alpine:3", '4'},
    {"Digest", "berth/python3-deb@" + digest_of('1'), '1'},
    {"DigestBeforeTag", "berth/python3-deb:3.11.2.10@" + digest_of('1'), '1'},
};

class StoreLookup : public Store, public ::testing::WithParamInterface<Lookup> {};

TEST_P(StoreLookup, Finds) {
  const auto image = find(GetParam().asked);
  ASSERT_TRUE(testing::ok(image));
  EXPECT_EQ(image->id, id_of(GetParam().image));
}

// A list that is looked through once means the same by every name.
TEST_P(StoreLookup, AmongNamesFindsTheSame) {
  const auto images = LocalStore::open(store_.root())->list_images();
  ASSERT_TRUE(testing::ok(images));
  const StoredImage* image = NamedImages(*images).find(*parse_reference(GetParam().asked));
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(image->id, id_of(GetParam().image));
}

INSTANTIATE_TEST_SUITE_P(Table, StoreLookup, ::testing::ValuesIn(kLookups),
                         [](const auto& row) { return row.param.name; });

struct Miss {
  const char* name;
  std::string asked;
  Errc code;
  const char* why;
};

const Miss kMisses[] = {
    {"OtherTag", "python3:3.11.2.11", Errc::NotFound, "make it with 'berth image init'"},
    {"SaysWhatIsMeant", "python3:9", Errc::NotFound, "find image 'python3:9' (that is 'berth/python3-deb:9')"},
    {"NamesTheNearest", "demisto/python:1.0", Errc::NotFound,
     "the nearest are 'docker.io/demisto/python3:1.0', 'demisto/python3:0.9', "},
    {"NamesThePull", "demisto/x:1", Errc::NotFound,
     "name one of these, or fetch it with 'berth image pull demisto/x:1'"},
    {"NothingToPull", "localhost/x:1", Errc::NotFound, "'orphan:1'; name one of these"},
    {"OtherRegistry", "registry.example/berth/python3-deb", Errc::NotFound, "it is not there"},
    {"OtherDigest", "alpine@" + digest_of('1'), Errc::NotFound, "it is not there"},
    {"LinkElsewhere", "elsewhere", Errc::Corrupt, "leads to no layer; remove the image with 'podman rmi'"},
    {"MissingLayer", "orphan", Errc::Corrupt, "read link '"},
    {"MissingFolder", "folderless", Errc::Corrupt, "/diff' is not there"},
    {"OddConfig", "odd", Errc::Corrupt, "read image 'odd:1': read the image's config: Env: an item is not of the form"},
};

class StoreMiss : public Store, public ::testing::WithParamInterface<Miss> {};

TEST_P(StoreMiss, SaysWhy) {
  EXPECT_TRUE(testing::fails_with(find(GetParam().asked), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, StoreMiss, ::testing::ValuesIn(kMisses),
                         [](const auto& row) { return row.param.name; });

TEST_F(Store, AmongNamesMissesTheSame) {
  const auto images = LocalStore::open(store_.root())->list_images();
  ASSERT_TRUE(testing::ok(images));
  const NamedImages named(*images);
  for (const Miss& miss : kMisses) {
    const bool is_there = miss.code != Errc::NotFound;  // damaged ones are found, and cannot be read
    EXPECT_EQ(named.find(*parse_reference(miss.asked)) != nullptr, is_there) << miss.name;
  }
}

TEST(EmptyStore, IsNoError) {
  const testing::TempFolder folder;
  const auto store = LocalStore::open(folder.path() / "none");
  ASSERT_TRUE(testing::ok(store));
  EXPECT_TRUE(store->list_images()->empty());
  EXPECT_TRUE(testing::fails_with(store->find_image({.path = "demisto/python3"}), Errc::NotFound,
                                  "no image is there yet; fetch it with 'berth image pull demisto/python3'"));
}

TEST(OtherDriver, IsNamed) {
  const testing::TempFolder folder;
  std::filesystem::create_directories(folder.path() / "vfs-images");
  EXPECT_TRUE(testing::fails_with(LocalStore::open(folder.path()), Errc::Unavailable, "the driver 'vfs'"));
}

TEST_F(Store, SubstitutesWhatIsNotThere) {
  const auto store = LocalStore::open(store_.root());
  ASSERT_TRUE(testing::ok(store));
  const SubstitutionTable table = {{"demisto/python3", {.path = "python3"}}, {"demisto/*", {.path = "none"}}};
  const Reference there = {.path = "demisto/python3", .tag = "1.0"};
  const auto own = resolve_image(*store, there, table, default_trust());
  ASSERT_TRUE(testing::ok(own));
  EXPECT_EQ(own->why, "");
  EXPECT_EQ(to_string(own->used), "demisto/python3:1.0");

  const auto other = resolve_image(*store, {.path = "demisto/python3", .tag = "2.0"}, table, default_trust());
  ASSERT_TRUE(testing::ok(other));
  EXPECT_EQ(other->image.digest, digest_of('2'));
  EXPECT_EQ(to_string(other->used), "berth/python3-deb:3.11.2.10");
  EXPECT_NE(other->why.find("'demisto/python3:2.0' is not on this machine"), std::string::npos) << other->why;
  EXPECT_NE(other->why.find(digest_of('2')), std::string::npos) << other->why;

  EXPECT_TRUE(testing::fails_with(resolve_image(*store, {.path = "demisto/x", .tag = "1"}, table, default_trust()),
                                  Errc::NotFound,
                                  "use what setting images.substitute 'demisto/*' puts in place of 'demisto/x:1'"));
}

TEST_F(Store, HoldsWhatItFindsToTheTrustedOnes) {
  const auto store = LocalStore::open(store_.root());
  ASSERT_TRUE(testing::ok(store));
  const auto resolve = [&](const char* text, const SubstitutionTable& table, const TrustPolicy& trust) {
    return resolve_image(*store, *parse_reference(text), table, trust);
  };
  EXPECT_TRUE(testing::ok(resolve("python3", {}, default_trust())));
  EXPECT_TRUE(testing::fails_with(resolve("demisto/x:1", {}, default_trust()), Errc::NotFound,
                                  "or let another stand in for it with the setting images.substitute"));
  const auto pinned = resolve(("demisto/x@" + digest_of('1')).c_str(), {}, default_trust());
  EXPECT_TRUE(testing::fails_with(pinned, Errc::NotFound, "fetch it with 'berth image pull demisto/x@sha256:"));
  EXPECT_FALSE(pinned.error().message().contains("images.substitute")) << "nothing stands in for a digest";
  EXPECT_TRUE(
      testing::fails_with(resolve("alpine:3", {}, default_trust()), Errc::InvalidInput, "'library' of 'docker.io'"));
  EXPECT_TRUE(
      testing::fails_with(resolve("dernisto/python3:1", {}, default_trust()), Errc::InvalidInput, "like 'demisto'"));
  const SubstitutionTable table = {{"acme/*", {.path = "alpine", .tag = "3"}}};
  EXPECT_TRUE(testing::fails_with(resolve("acme/x:1", table, default_trust()), Errc::InvalidInput,
                                  "'docker.io/library/alpine:3'"));
  TrustPolicy trust;
  trust.local = false;
  // The same image under the one name that is trusted, and under one that is not.
  trust.organisations = {{.registry = "docker.io", .path = "demisto"}};
  EXPECT_TRUE(testing::ok(resolve("demisto/python3:1.0", {}, trust)));
  EXPECT_TRUE(
      testing::fails_with(resolve("localhost/demisto/python3:0.9", {}, trust), Errc::InvalidInput, "local is off"));
  trust.digests = {digest_of('4')};
  EXPECT_TRUE(testing::ok(resolve("alpine:3", {}, trust)));
}

}  // namespace
}  // namespace berth::image
