#include "berth/content/content_index.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "berth/content/index_file.h"
#include "tests/content/content_fixture.h"

namespace berth::content {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(const ContentIndex& index) {
  std::vector<std::string> names;
  for (const IndexedItem& item : index.items()) names.push_back(item.name);
  return names;
}

class Index : public ContentFixture {
 protected:
  Result<ContentIndex> open(std::string_view inside, std::string marketplace = "xsoar") const {
    return ContentIndex::open(at(inside), {at("cache"), std::move(marketplace)});
  }

  // Stamps of a moment ago are not trusted; after this, all that were made until now are.
  static void age() { std::this_thread::sleep_for(std::chrono::milliseconds(60)); }

  fs::path index_file() const {
    for (const auto& entry : fs::directory_iterator(at("cache"))) return entry.path();
    return {};
  }

  void make_tree() const {
    write("t/Packs/A/Scripts/One/One.yml", script_yaml("One"));
    write("t/Packs/A/Scripts/One/One.py", "1\n");
    write("t/Packs/A/Scripts/script-Two.yml", script_yaml("Two", "print(2)"));
    write("t/Packs/B/Integrations/Three/Three.yml",
          "name: Three\nscript:\n  type: python\n  script: x\n  commands:\n  - name: three-get\n");
    write("t/Packs/B/Integrations/Bad/Bad.yml", "name: [\n");
    write("t/Packs/B/README.md", "no item");
  }
};

TEST_F(Index, FindsTheItemsOfATree) {
  make_tree();
  const auto index = open("t");
  ASSERT_TRUE(testing::ok(index));
  EXPECT_EQ(index->layout(), SourceLayout::Tree);
  EXPECT_THAT(names_of(*index), ::testing::ElementsAre("One", "Two", "Three"));
  EXPECT_EQ(index->items()[0].path, "Packs/A/Scripts/One");
  EXPECT_EQ(index->items()[1].path, "Packs/A/Scripts/script-Two.yml");
  EXPECT_EQ(index->items()[2].pack, "B");
  ASSERT_EQ(index->broken().size(), 1u);
  EXPECT_THAT(index->broken()[0].error, ::testing::HasSubstr("Bad.yml:2:1"));
  EXPECT_EQ(index->files_read(), 4u);
}

TEST_F(Index, ReadsNothingWhereNothingChanged) {
  make_tree();
  age();
  ASSERT_TRUE(testing::ok(open("t")));
  const auto again = open("t");
  ASSERT_TRUE(testing::ok(again));
  EXPECT_EQ(again->files_read(), 0u);
  EXPECT_THAT(names_of(*again), ::testing::ElementsAre("One", "Two", "Three"));
  EXPECT_EQ(again->items()[2].commands[0].name, "three-get");
  EXPECT_EQ(again->broken().size(), 1u);
}

TEST_F(Index, ReadsOnlyWhatChanged) {
  make_tree();
  age();
  ASSERT_TRUE(testing::ok(open("t")));
  write("t/Packs/A/Scripts/script-Two.yml", script_yaml("Six", "print(2)"));
  auto index = open("t");
  ASSERT_TRUE(testing::ok(index));
  EXPECT_EQ(index->files_read(), 1u);
  EXPECT_THAT(names_of(*index), ::testing::ElementsAre("One", "Six", "Three"));
  write("t/Packs/C/Scripts/New/New.yml", script_yaml("New"));
  EXPECT_THAT(names_of(*open("t")), ::testing::ElementsAre("One", "Six", "Three", "New"));
  fs::remove_all(at("t/Packs/A"));
  EXPECT_THAT(names_of(*open("t")), ::testing::ElementsAre("Three", "New"));
}

// The same size, and the time of modification put back: what changed is still seen, by the time nobody can set.
TEST_F(Index, SeesAFileChangedUnderItsOldTime) {
  make_tree();
  age();
  ASSERT_TRUE(testing::ok(open("t")));
  const fs::path file = at("t/Packs/A/Scripts/script-Two.yml");
  const auto time = fs::last_write_time(file);
  std::ofstream(file, std::ios::in | std::ios::out) << script_yaml("Ten", "print(2)");
  fs::last_write_time(file, time);
  EXPECT_THAT(names_of(*open("t")), ::testing::ElementsAre("One", "Ten", "Three"));
}

// Within one tick of the file system's clock the stamp stays the same.
TEST_F(Index, DoesNotTrustAFileOfThisMoment) {
  make_tree();
  for (int i = 0; i < 20; ++i) {
    const fs::path file = at("t/Packs/A/Scripts/script-Two.yml");
    std::ofstream(file, std::ios::in | std::ios::out) << script_yaml("N" + std::to_string(10 + i), "print(2)");
    ASSERT_EQ(names_of(*open("t"))[1], "N" + std::to_string(10 + i));
  }
}

TEST_F(Index, MakesADamagedOrForeignFileAnew) {
  make_tree();
  age();
  ASSERT_TRUE(testing::ok(open("t")));
  const fs::path file = index_file();
  const std::string good = *sys::read_file(file, 1 << 20);
  const auto files_read_with = [&](std::string_view bytes) {
    EXPECT_TRUE(testing::ok(sys::write_file_atomically(file, bytes, 0600)));
    const auto index = open("t");
    EXPECT_TRUE(testing::ok(index));
    EXPECT_THAT(names_of(*index), ::testing::ElementsAre("One", "Two", "Three"));
    return index->files_read();
  };
  EXPECT_EQ(files_read_with(good), 0u);
  std::string changed = good;
  changed[good.size() - 5] = static_cast<char>(changed[good.size() - 5] ^ 1);
  EXPECT_EQ(files_read_with(changed), 4u);
  EXPECT_EQ(files_read_with(good.substr(0, good.size() / 2)), 4u);
  EXPECT_EQ(files_read_with(""), 4u);
  EXPECT_EQ(files_read_with("berth content index 0\n" + good.substr(22)), 4u);
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(file, good, 0600)));
  ::chmod(file.c_str(), 0666);
  EXPECT_EQ(open("t")->files_read(), 4u);
  if (::geteuid() == 0) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(file, good, 0600)));
    ASSERT_EQ(::chown(file.c_str(), 12345, 0), 0);
    EXPECT_EQ(open("t")->files_read(), 4u);
  }
}

TEST_F(Index, DoesNotTakeAnotherTreesFile) {
  make_tree();
  write("u/Packs/A/Scripts/Z/Z.yml", script_yaml("Z"));
  age();
  ASSERT_TRUE(testing::ok(open("t")));
  const std::string of_t = *sys::read_file(index_file(), 1 << 20);
  const fs::path of_u = index_file_of(at("cache"), at("u"), "xsoar");
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(of_u, of_t, 0600)));
  EXPECT_THAT(names_of(*open("u")), ::testing::ElementsAre("Z"));
}

TEST_F(Index, KeepsMarketplacesApart) {
  write("t/Packs/A/Scripts/s.yml", "name: Plain\nname:xpanse: Special\ntype: python\nscript: x\n");
  age();
  EXPECT_THAT(names_of(*open("t")), ::testing::ElementsAre("Plain"));
  EXPECT_THAT(names_of(*open("t", "xpanse")), ::testing::ElementsAre("Special"));
  EXPECT_EQ(open("t")->files_read(), 0u);
}

TEST_F(Index, TakesAPackAndItems) {
  write("Pack/Scripts/One/One.yml", script_yaml("One"));
  write("Pack/pack_metadata.json", "{}");
  EXPECT_EQ(open("Pack")->layout(), SourceLayout::Pack);
  EXPECT_EQ(open("Pack")->items()[0].pack, "Pack");
  const auto package = open("Pack/Scripts/One");
  ASSERT_TRUE(testing::ok(package));
  EXPECT_EQ(package->layout(), SourceLayout::Item);
  EXPECT_EQ(package->items()[0].path, ".");
  EXPECT_EQ(open("Pack/Scripts/One/One.yml")->items()[0].path, "One.yml");
  write("hello.py", "1\n");
  EXPECT_EQ(open("hello.py")->items()[0].name, "hello");
}

TEST_F(Index, NamesTheYamlWhereAPackageHoldsSeveral) {
  write("t/Packs/A/Scripts/X/X.yml", script_yaml("X"));
  write("t/Packs/A/Scripts/X/X_45.yml", script_yaml("X"));
  const auto index = open("t");
  ASSERT_TRUE(testing::ok(index));
  ASSERT_EQ(index->items().size(), 2u);
  EXPECT_EQ(index->items()[0].path, "Packs/A/Scripts/X/X.yml");
}

TEST_F(Index, FollowsNoLinkOutOfTheTree) {
  write("outside/Scripts/Evil/Evil.yml", script_yaml("Evil"));
  write("outside/evil.yml", script_yaml("Evil2"));
  write("t/Packs/A/Scripts/One/One.yml", script_yaml("One"));
  link("t/Packs/Evil", at("outside").native());
  link("t/Packs/A/Scripts/evil.yml", at("outside/evil.yml").native());
  const auto index = open("t");
  ASSERT_TRUE(testing::ok(index));
  EXPECT_THAT(names_of(*index), ::testing::ElementsAre("One"));
}

TEST_F(Index, SaysWhatASourceMayBe) {
  write("empty/README.md", "x");
  EXPECT_TRUE(testing::fails_with(open("empty"), Errc::InvalidInput, "neither a folder with 'Packs'"));
  EXPECT_TRUE(testing::fails_with(open("empty/README.md"), Errc::InvalidInput, "neither a folder"));
  EXPECT_TRUE(testing::fails_with(open("nothing"), Errc::NotFound, "look for content in"));
}

TEST_F(Index, WorksWhereNothingCanBeKept) {
  make_tree();
  write("file", "x");
  const auto index = ContentIndex::open(at("t"), {at("file") / "cache", "xsoar"});
  ASSERT_TRUE(testing::ok(index));
  EXPECT_EQ(index->items().size(), 3u);
}

TEST(IndexFile, HoldsEverythingOfAnItem) {
  IndexContents contents;
  contents.root = "/t";
  contents.marketplace = "xsoar";
  contents.folders.push_back({"Packs", {1, 2, 3, 4, 5}});
  IndexedItem item;
  item.kind = ItemKind::Integration;
  item.id = "id";
  item.name = "n";
  item.language = Language::PowerShell;
  item.tags = {"a", "b"};
  item.must_have = {"c"};
  item.commands = {{"x-get", true, false}, {"x-put", false, true}};
  item.flags.remote_sync_out = true;
  item.path = "p";
  contents.items.push_back(item);
  contents.item_stamps.push_back({6, 7, 8, 9, 10});
  contents.broken.push_back({"b.yml", "why"});
  contents.broken_stamps.push_back({});
  const std::string bytes = encode_index(contents);
  const auto read = decode_index(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_index(*read), bytes);
  EXPECT_EQ(read->items[0].commands[1].name, "x-put");
  EXPECT_TRUE(read->items[0].commands[1].hidden);
  EXPECT_TRUE(read->items[0].flags.remote_sync_out);
  EXPECT_EQ(read->item_stamps[0].size, 10u);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_index(bytes.substr(0, size)));
}

}  // namespace
}  // namespace berth::content
