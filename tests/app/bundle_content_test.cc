#include "berth/app/bundle_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kOther = "sha256:" + std::string(64, 'b');

class ContentOfABundle : public ::testing::Test {
 protected:
  void SetUp() override {
    put("tree/Packs/Harbour/pack_metadata.json", "{}");
    put("tree/Packs/Harbour/Scripts/Tide/Tide.yml",
        "commonfields: {id: Tide, version: -1}\nname: Tide\nscript: '-'\ntype: python\nsubtype: python3\n"
        "dockerimage: demisto/x:1\n");
    put("tree/Packs/Harbour/Scripts/Tide/Tide.py", "x = 1\n");
    settings_.cache = folder_.path() / "cache";
  }

  fs::path at(const std::string& name) const { return fs::canonical(folder_.path()) / name; }
  void put(const std::string& name, const std::string& text) {
    fs::create_directories(at(name).parent_path());
    std::ofstream(at(name)) << text;
  }
  void lock(const std::string& tree, const std::string& digest) {
    put(tree + "/berth-images.lock", image::print_image_lock({{{"demisto/x:1", digest}}}));
  }
  std::vector<std::string> members(const std::vector<fs::path>& given) {
    std::vector<std::string> names;
    const auto content = gather_content(given);
    EXPECT_TRUE(testing::ok(content));
    if (!content) return names;
    for (const BundledFile& file : content->files) names.push_back(file.member);
    return names;
  }

  testing::TempFolder folder_;
  Settings settings_;
};

TEST_F(ContentOfABundle, HasTheFilesOfPacksAndWhatLinksInsideLeadTo) {
  put("tree/Packs/Harbour/.pack-ignore", "[file:x]\n");
  put("tree/Packs/Harbour/.secrets-ignore", "x\n");
  put("tree/Packs/Harbour/.git/config", "x\n");
  put("tree/Packs/Harbour/Scripts/.hidden", "x\n");
  put("tree/Packs/README.md", "x\n");
  put("tree/shared/code.py", "shared = 1\n");
  fs::create_symlink("../../../../shared/code.py", at("tree/Packs/Harbour/Scripts/Tide/linked.py"));
  fs::create_directory_symlink(at("tree/shared"), at("tree/Packs/Harbour/Scripts/Folder"));
  const auto content = gather_content({at("tree")});
  ASSERT_TRUE(testing::ok(content));
  EXPECT_THAT(content->packs, ElementsAre("Harbour"));
  EXPECT_THAT(
      members({at("tree")}),
      ElementsAre("Packs/Harbour/.pack-ignore", "Packs/Harbour/.secrets-ignore", "Packs/Harbour/Scripts/Folder/code.py",
                  "Packs/Harbour/Scripts/Tide/Tide.py", "Packs/Harbour/Scripts/Tide/Tide.yml",
                  "Packs/Harbour/Scripts/Tide/linked.py", "Packs/Harbour/pack_metadata.json"));
  EXPECT_THAT(content->left_out, ElementsAre("Packs/Harbour/.git", "Packs/Harbour/Scripts/.hidden", "Packs/README.md"));
  EXPECT_EQ(read_bundled(content->files[5]).value_or(""), "shared = 1\n");
  EXPECT_EQ(members({at("tree/Packs/Harbour")}), members({at("tree")}))
      << "the tree around a pack holds its links, too";
}

TEST_F(ContentOfABundle, RefusesWhatCannotGoInWithAllNames) {
  put("outside", "secret\n");
  put("tree/.git/config", "x\n");
  const fs::path scripts = at("tree/Packs/Harbour/Scripts");
  fs::create_symlink(at("outside"), scripts / "out.py");
  fs::create_symlink("nowhere", scripts / "broken.py");
  fs::create_symlink("../../../.git/config", scripts / "hidden.py");
  fs::create_directory_symlink("..", scripts / "round");
  ASSERT_EQ(::mkfifo((scripts / "pipe.py").c_str(), 0600), 0);
  fs::create_directory_symlink("/etc", at("tree/Packs/Etc"));
  const auto content = gather_content({at("tree")});
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code(), Errc::InvalidInput);
  for (const char* words :
       {"'Packs/Harbour/Scripts/out.py' (a link that leads out)", "broken.py' (a link that leads nowhere)",
        "hidden.py' (a link to what is left out", "pipe.py' (a fifo)", "round' (a link to a folder that it lies in)",
        "'Packs/Etc' (a link that leads out)"}) {
    EXPECT_THAT(content.error().message(), HasSubstr(words));
  }
}

TEST_F(ContentOfABundle, RefusesFoldersWithoutPacksAndTwoOfOneName) {
  fs::create_directories(at("empty/Packs"));
  EXPECT_TRUE(testing::fails_with(gather_content({at("empty")}), Errc::InvalidInput, "there is none in"));
  EXPECT_TRUE(testing::fails_with(gather_content({at("tree"), at("tree/Packs/Harbour")}), Errc::InvalidInput,
                                  "two of the name 'Harbour'"));
  EXPECT_TRUE(testing::fails_with(gather_content({at("none")}), Errc::NotFound, "is no folder"));
}

TEST_F(ContentOfABundle, HasAFileOfEachPackAndIsBoundWhereLinksMakeManyOfFew) {
  fs::create_directories(at("hollow/Packs/Hollow/Scripts"));
  EXPECT_TRUE(testing::fails_with(gather_content({at("hollow")}), Errc::InvalidInput, "there is no file in"));
  // Each folder twice in the one above: 2 to the 60th in all.
  for (int i = 0; i < 60; ++i) {
    const std::string folder = "tree/Packs/Harbour/d" + std::to_string(i);
    put(folder + "/x", "x");
    for (const char* link : {"a", "b"}) {
      fs::create_directory_symlink("../d" + std::to_string(i + 1), at(folder) / link);
    }
  }
  put("tree/Packs/Harbour/d60/x", "x");
  EXPECT_TRUE(testing::fails_with(gather_content({at("tree")}), Errc::Exhausted, "leave out links to folders"));
}

TEST_F(ContentOfABundle, IsReadWhereItWasFoundAlone) {
  put("elsewhere/Tide.py", "secret\n");
  const auto content = gather_content({at("tree")});
  ASSERT_TRUE(testing::ok(content));
  const auto& files = content->files;
  const auto code = std::ranges::find(files, "Packs/Harbour/Scripts/Tide/Tide.py", &BundledFile::member);
  ASSERT_NE(code, files.end());
  EXPECT_EQ(read_bundled(*code).value_or(""), "x = 1\n");
  fs::remove_all(at("tree/Packs/Harbour/Scripts/Tide"));
  fs::create_directory_symlink(at("elsewhere"), at("tree/Packs/Harbour/Scripts") / "Tide");
  EXPECT_FALSE(read_bundled(*code).has_value());
}

TEST_F(ContentOfABundle, HasTheLockOfItsTrees) {
  EXPECT_FALSE(gather_content({at("tree")})->lock);
  lock("tree", kDigest);
  for (const char* given : {"tree", "tree/Packs/Harbour"}) {
    const auto content = gather_content({at(given)});
    ASSERT_TRUE(testing::ok(content));
    ASSERT_TRUE(content->lock) << given;
    EXPECT_EQ(content->lock->digests.at("demisto/x:1"), kDigest);
  }
  put("second/Packs/Buoy/pack_metadata.json", "{}");
  EXPECT_TRUE(gather_content({at("second"), at("tree")})->lock);
  lock("second", kOther);
  EXPECT_TRUE(testing::fails_with(gather_content({at("tree"), at("second")}), Errc::InvalidInput, "lock them alike"));
  put("second/berth-images.lock", "no lock");
  EXPECT_TRUE(testing::fails_with(gather_content({at("second")}), Errc::InvalidInput, "read lock file"));
}

TEST_F(ContentOfABundle, TellsTheImagesThatItNeeds) {
  const std::vector<fs::path> given = {at("tree")};
  const std::string none = missing_images_text(settings_, given, {}, {});
  EXPECT_THAT(none, HasSubstr("not in the bundle: demisto/x:1, for Tide; add them with --image"));
  const image::StoredImage carried = {.digest = kDigest, .names = {*image::parse_reference("docker.io/demisto/x:1")}};
  EXPECT_EQ(missing_images_text(settings_, given, {}, {carried}), "");
  EXPECT_EQ(missing_images_text(settings_, given, image::ImageLock{{{"demisto/x:1", kDigest}}}, {carried}), "");
  EXPECT_THAT(missing_images_text(settings_, given, image::ImageLock{{{"demisto/x:1", kOther}}}, {carried}),
              HasSubstr("demisto/x:1 (locked to " + kOther + "), for Tide"));
}

}  // namespace
}  // namespace berth::app
