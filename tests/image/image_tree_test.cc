#include "berth/image/image_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/image/layers.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names_of(const Result<std::vector<TreeEntry>>& entries) {
  std::vector<std::string> names;
  EXPECT_TRUE(testing::ok(entries));
  if (entries) {
    for (const TreeEntry& entry : *entries) names.push_back(entry.name);
  }
  return names;
}

// Three layers over each other, and beside them a file that no link may reach.
class Tree : public ::testing::Test {
 protected:
  void SetUp() override {
    layers_.put(2, "etc/low", "low");
    layers_.put(2, "etc/both", "lower");
    layers_.put(2, "etc/gone", "gone");
    layers_.put(2, "was-folder/inside", "x");
    layers_.put(2, "was-file", "x");
    layers_.put(2, "dead/inside", "old");
    layers_.put(2, "usr/bin/python3.11", "program");
    layers_.put(1, "etc/both", "upper");
    layers_.white_out(1, "etc/gone");
    layers_.put(1, "was-folder", "now a file");
    layers_.put(1, "was-file/inside", "now a folder");
    layers_.white_out(1, "dead");
    layers_.put(0, "dead/again", "new");
    layers_.link(0, "bin", "usr/bin");
    layers_.link(0, "usr/bin/python3", "python3.11");
    layers_.link(0, "usr/bin/absolute", "/etc/low");
    layers_.link(0, "out", "../../../../../../etc/low");
    layers_.link(0, "host", "/../../etc/passwd");
    layers_.link(0, "beside", "../secret");
    layers_.link(0, "round", "round");
    layers_.link(0, "through", "etc/low/more");
    layers_.put(3, "never", "not one of the layers");
    std::ofstream(layers_.root() / "secret") << "of this machine";
    ASSERT_EQ(::mkfifo((layers_.layer(0) / "fifo").c_str(), 0600), 0);
    auto tree = ImageTree::open(layers_.folders(3));
    ASSERT_TRUE(testing::ok(tree));
    tree_.emplace(std::move(*tree));
  }

  Layers layers_;
  std::optional<ImageTree> tree_;
};

struct Read {
  const char* name;
  const char* path;
  const char* text;
};
const Read kReads[] = {
    {"FromTheLowestLayer", "etc/low", "low"},
    {"TheHigherHidesTheLower", "etc/both", "upper"},
    {"AFileOverAFolder", "was-folder", "now a file"},
    {"AFolderOverAFile", "was-file/inside", "now a folder"},
    {"AboveAWhiteout", "dead/again", "new"},
    {"ThroughALinkedFolder", "bin/python3", "program"},
    {"AbsoluteLinksStartAtTheRoot", "bin/absolute", "low"},
    {"NoLinkLeadsAboveTheRoot", "out", "low"},
    {"NorDoesAPath", "../../etc/low", "low"},
    {"WithASlashInFront", "/etc/low", "low"},
    {"WithPoints", "./etc/../etc/./low", "low"},
};
class TreeRead : public Tree, public ::testing::WithParamInterface<Read> {};
TEST_P(TreeRead, GivesTheText) {
  const auto text = tree_->read_file(GetParam().path, 100);
  ASSERT_TRUE(testing::ok(text));
  EXPECT_EQ(*text, GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Table, TreeRead, ::testing::ValuesIn(kReads), [](auto& row) { return row.param.name; });

struct Refused {
  const char* name;
  const char* path;
  Errc code;
  const char* why;
};
const Refused kRefused[] = {
    {"Missing", "etc/none", Errc::NotFound, "no such file"},
    {"WhitedOut", "etc/gone", Errc::NotFound, "no such file"},
    {"BelowAWhiteout", "dead/inside", Errc::NotFound, "no such file"},
    {"BelowAFileOverAFolder", "was-folder/inside", Errc::NotFound, "leads through a file"},
    {"OfThisMachine", "host", Errc::NotFound, "no such file"},
    {"BesideTheLayers", "beside", Errc::NotFound, "no such file"},
    {"NotOneOfTheLayers", "never", Errc::NotFound, "no such file"},
    {"RoundAndRound", "round", Errc::NotFound, "go on and on"},
    {"LinkThroughAFile", "through", Errc::NotFound, "leads through a file"},
    {"AFolder", "etc", Errc::InvalidInput, "not a regular file"},
    {"AFifo", "fifo", Errc::InvalidInput, "not a regular file"},
    {"TooLarge", "was-file/inside", Errc::Exhausted, "larger than the limit"},
};
class TreeRefused : public Tree, public ::testing::WithParamInterface<Refused> {};
TEST_P(TreeRefused, SaysWhy) {
  EXPECT_TRUE(testing::fails_with(tree_->read_file(GetParam().path, 11), GetParam().code, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, TreeRefused, ::testing::ValuesIn(kRefused), [](auto& row) { return row.param.name; });

TEST_F(Tree, ListsWhatTheLayersAddUpTo) {
  EXPECT_THAT(names_of(tree_->list_folder("etc")), ElementsAre("both", "low"));
  EXPECT_THAT(names_of(tree_->list_folder("dead")), ElementsAre("again"));
  EXPECT_THAT(names_of(tree_->list_folder("bin")), ElementsAre("absolute", "python3", "python3.11"));
  EXPECT_TRUE(testing::fails_with(tree_->list_folder("etc/low"), Errc::InvalidInput, "not a folder"));
  EXPECT_TRUE(testing::fails_with(tree_->list_folder("none"), Errc::NotFound, "no such file"));
}

TEST_F(Tree, ResolvesLinks) {
  const auto path = tree_->resolve("bin/python3");
  ASSERT_TRUE(testing::ok(path));
  EXPECT_EQ(*path, "usr/bin/python3.11");
}

TEST_F(Tree, WalksEachFolderOnce) {
  std::map<std::string, std::size_t> folders;
  const auto walked =
      tree_->walk([&](const auto& folder, const auto& entries) { folders[folder] += entries.size(); },
                  [](const auto& folder, const Error& why) { ADD_FAILURE() << folder << why.message(); });
  ASSERT_TRUE(testing::ok(walked));
  EXPECT_EQ(folders.size(), 6u);
  EXPECT_EQ(folders["etc"], 2u);
  EXPECT_EQ(folders["usr/bin"], 3u);
  EXPECT_EQ(folders["dead"], 1u);
}

struct Mark {
  const char* name;
  const char* attribute;
  OverlayMarks marks;
  bool hides;
};
const Mark kMarks[] = {
    {"TrustedInRootsStorage", "trusted.overlay.opaque", OverlayMarks::Trusted, true},
    {"UserInRootsStorageHidesNothing", "user.overlay.opaque", OverlayMarks::Trusted, false},
    {"UserInAUsersStorage", "user.overlay.opaque", OverlayMarks::User, true},
    {"TrustedInAUsersStorageHidesNothing", "trusted.overlay.opaque", OverlayMarks::User, false},
};
class TreeMarks : public Tree, public ::testing::WithParamInterface<Mark> {};
TEST_P(TreeMarks, HideWhatIsBelowAsTheMountDoes) {
  if (!layers_.make_opaque(0, "etc", GetParam().attribute)) GTEST_SKIP() << "may not set " << GetParam().attribute;
  layers_.put(0, "etc/own", "own");
  const auto tree = ImageTree::open(layers_.folders(3), GetParam().marks);
  ASSERT_TRUE(testing::ok(tree));
  const auto seen = GetParam().hides ? std::vector<std::string>{"own"} : std::vector<std::string>{"both", "low", "own"};
  EXPECT_EQ(names_of(tree->list_folder("etc")), seen);
  EXPECT_EQ(tree->read_file("etc/low", 100).has_value(), !GetParam().hides);
  EXPECT_TRUE(testing::ok(tree->read_file("etc/own", 100)));
}
INSTANTIATE_TEST_SUITE_P(Table, TreeMarks, ::testing::ValuesIn(kMarks), [](auto& row) { return row.param.name; });

// One walk of a tree with `bounds`: the folders that were seen, those that were passed over, and how it ended.
struct Walked {
  std::vector<std::string> seen = {};
  std::vector<std::string> skipped = {};
  std::string end = {};
};
Walked walked(Layers& layers, const WalkBounds& bounds) {
  Walked all;
  const auto tree = ImageTree::open(layers.folders(1));
  EXPECT_TRUE(testing::ok(tree));
  const auto end = tree->walk(
      [&](const auto& folder, const auto&) { all.seen.push_back(folder.native()); },
      [&](const auto& folder, const Error& why) { all.skipped.push_back(folder.native() + ": " + why.message()); },
      bounds);
  if (!end) all.end = end.error().message();
  return all;
}

TEST(TreeWalk, PassesOverWhatIsTooDeep) {
  Layers layers;
  layers.put(0, "a/a/a/a/deep", "x");
  layers.put(0, "b/c", "x");
  const Walked all = walked(layers, {.depth = 2});
  EXPECT_THAT(all.seen, ::testing::UnorderedElementsAre("", "a", "a/a", "b"));
  EXPECT_THAT(all.skipped, ElementsAre("a/a/a: more than 2 folders lie in each other"));
  EXPECT_EQ(all.end, "");
}

TEST(TreeWalk, PassesOverAFolderOfTooManyNames) {
  Layers layers;
  for (int i = 0; i < 20; ++i) layers.put(0, "a/" + std::string(200, 'n') + std::to_string(i), "");
  layers.put(0, "b/c", "x");
  const Walked all = walked(layers, {.name_bytes = 2000});
  EXPECT_THAT(all.seen, ::testing::UnorderedElementsAre("", "b"));
  EXPECT_THAT(all.skipped, ElementsAre("a: list 'a' inside the image: it holds too many names"));
  EXPECT_EQ(all.end, "");
}

TEST(TreeWalk, EndsWithTooManyNames) {
  Layers layers;
  for (int i = 0; i < 20; ++i) layers.put(0, "a/" + std::to_string(i), "");
  EXPECT_EQ(walked(layers, {.entries = 20}).end, "walk the image: it holds more than 20 names");
  EXPECT_EQ(walked(layers, {.entries = 21}).end, "");
}

TEST(TreeWalk, EndsWhenItIsOver) {
  Layers layers;
  layers.put(0, "a/b/c", "x");
  int asked = 0;
  const Walked all = walked(layers, {.is_over = [&] { return ++asked > 2; }});
  EXPECT_THAT(all.seen, ElementsAre("", "a"));
  EXPECT_EQ(all.end, "walk the image: it takes too long");
}

}  // namespace
}  // namespace berth::image
