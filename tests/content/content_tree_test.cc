#include "berth/content/content_tree.h"

#include <unistd.h>

#include "tests/content/content_fixture.h"

namespace berth::content {
namespace {

class Tree : public ContentFixture {};

TEST_F(Tree, IsFoundFromAnythingInIt) {
  write("tree/Packs/P/Scripts/X/X.yml", script_yaml("X"));
  for (const char* path : {"tree/Packs/P/Scripts/X/X.yml", "tree/Packs/P/Scripts/X", "tree/Packs", "tree/other/x.py"}) {
    const auto tree = find_tree_of(at(path));
    ASSERT_TRUE(tree.has_value()) << path;
    EXPECT_EQ(tree->root(), at("tree"));
  }
  EXPECT_FALSE(find_tree_of(at("elsewhere/x.py")).has_value());
  EXPECT_TRUE(find_tree_of(at("tree/Packs/P"))->holds(at("tree/Packs/P/x")));
  EXPECT_FALSE(find_tree_of(at("tree/Packs/P"))->holds(at("tree/other/x.py")));
  EXPECT_FALSE(find_tree_of(at("tree/Packs/P"))->holds(at("tree/Packs/../../x.py")));
}

TEST_F(Tree, OfAStrangerIsPassedOver) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a folder away";
  write("shared/Packs/Base/x", "");
  write("shared/mine.py", "");
  ASSERT_EQ(::chown(at("shared/Packs").c_str(), 12345, 12345), 0);
  EXPECT_FALSE(find_tree_of(at("shared/mine.py")).has_value());
  ASSERT_EQ(::chown(at("shared/mine.py").c_str(), 12345, 12345), 0);
  EXPECT_TRUE(find_tree_of(at("shared/mine.py")).has_value());
}

TEST_F(Tree, OfNobodyCountsOnlyWhereNotEverybodyMayPutOne) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a folder away";
  constexpr uid_t kNobody = 65534;  // all who are not in a user namespace look so in it
  write("shared/Packs/Base/x", "");
  write("shared/theirs.py", "");
  for (const char* path : {"shared/Packs", "shared/theirs.py"}) {
    ASSERT_EQ(::chown(at(path).c_str(), kNobody, kNobody), 0);
  }
  EXPECT_TRUE(find_tree_of(at("shared/theirs.py")).has_value());
  ASSERT_EQ(::chmod(at("shared").c_str(), 01777), 0);
  EXPECT_FALSE(find_tree_of(at("shared/theirs.py")).has_value());
}

TEST_F(Tree, FindsScriptsByIdThenByName) {
  write("Packs/P/Scripts/One/One.yml", "name: Other\ncommonfields: {id: One}\nscript: ''\ntype: python\n");
  write("Packs/Q/Scripts/script-Two.yml", script_yaml("Two", "x"));
  write("Packs/Q/Scripts/Three/Three.yml", "name: One\ncommonfields: {id: Three}\nscript: ''\ntype: python\n");
  write("Packs/Q/Scripts/Broken/Broken.yml", "name: One\n  Two: [");
  write("Packs/Q/Integrations/Two/Two.yml", script_yaml("Two"));
  ContentTree tree(at(""));
  EXPECT_EQ(*tree.find_script("One"), at("Packs/P/Scripts/One"));
  EXPECT_EQ(*tree.find_script("Other"), at("Packs/P/Scripts/One"));
  EXPECT_EQ(*tree.find_script("Two"), at("Packs/Q/Scripts/script-Two.yml"));
  EXPECT_EQ(*tree.find_script("Three"), at("Packs/Q/Scripts/Three"));
  EXPECT_TRUE(testing::fails_with(tree.find_script("On"), Errc::NotFound, "no script has this id or name"));
  EXPECT_TRUE(testing::fails_with(tree.find_script(""), Errc::NotFound, "empty"));
}

TEST_F(Tree, KeepsWhatItFound) {
  write("Packs/P/Scripts/One/One.yml", script_yaml("One"));
  ContentTree tree(at(""));
  ASSERT_TRUE(testing::ok(tree.find_script("One")));
  std::filesystem::remove_all(at("Packs/P"));
  EXPECT_TRUE(testing::ok(tree.find_script("One")));
}

TEST_F(Tree, RefusesTwoScriptsOfOneId) {
  write("Packs/P/Scripts/One/One.yml", script_yaml("Same"));
  write("Packs/Q/Scripts/Two/Two.yml", script_yaml("Same"));
  ContentTree tree(at(""));
  EXPECT_TRUE(testing::fails_with(tree.find_script("Same"), Errc::InvalidInput, "claim the same id; rename one"));
  EXPECT_TRUE(testing::fails_with(tree.find_script("Same"), Errc::InvalidInput, "Packs/P/Scripts/One' and '"));
}

TEST_F(Tree, DoesNotSearchBehindLinksThatLeadOut) {
  write("outside/Scripts/X/X.yml", script_yaml("X"));
  std::filesystem::create_directories(at("tree/Packs"));
  link("tree/Packs/Q", "../../outside");
  ContentTree tree(at("tree"));
  EXPECT_TRUE(testing::fails_with(tree.find_script("X"), Errc::NotFound, "find script 'X'"));
}

TEST_F(Tree, KnowsThePackOfAPath) {
  write("Packs/P/pack_metadata.json", R"({"name": "The Pack", "currentVersion": "1.2.3"})");
  write("Packs/Q/x", "");
  write("Packs/R/pack_metadata.json", "[1]");
  write("Packs/S/pack_metadata.json", "{");
  write("meta.json", "{}");
  link("Packs/T/pack_metadata.json", "/etc/passwd");
  const ContentTree tree(at(""));
  const auto pack = tree.pack_of(at("Packs/P/Scripts/X"));
  ASSERT_TRUE(testing::ok(pack));
  EXPECT_EQ((*pack)->folder, "P");
  EXPECT_EQ((*pack)->name, "The Pack");
  EXPECT_EQ((*pack)->version, "1.2.3");
  EXPECT_EQ((*tree.pack_of(at("Packs/Q/x")))->version, "");
  EXPECT_FALSE(tree.pack_of(at("other/x.py"))->has_value());
  EXPECT_FALSE(tree.pack_of(at("Packs/x.py"))->has_value());
  EXPECT_TRUE(testing::fails_with(tree.pack_of(at("Packs/R/x")), Errc::InvalidInput, "it is no JSON object"));
  EXPECT_TRUE(testing::fails_with(tree.pack_of(at("Packs/S/x")), Errc::InvalidInput, "pack_metadata.json: parse JSON"));
  EXPECT_TRUE(testing::fails_with(tree.pack_of(at("Packs/T/x")), Errc::Denied, "leads out"));
}

}  // namespace
}  // namespace berth::content
