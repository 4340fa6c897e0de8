#include "berth/app/own_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using ::testing::HasSubstr;

TEST(OwnCopy, IsWhatLiesBelowTheState) {
  const testing::TempFolder folder;
  Settings settings;
  settings.state = folder.path() / "state";
  std::filesystem::create_directories(settings.state / "bundles/site/Packs");
  std::filesystem::create_directories(folder.path() / "tree/Packs");
  const auto problem = [&](const std::filesystem::path& path) { return problem_of_changing(settings, path); };
  EXPECT_THAT(problem(settings.state / "bundles/site"), HasSubstr("the next import of that name replaces it"));
  EXPECT_THAT(problem(settings.state / "bundles/site/Packs/none.yml"), HasSubstr("in a bundle"));
  EXPECT_THAT(problem(folder.path() / "tree/../state/bundles/site"), HasSubstr("in a bundle"));
  EXPECT_THAT(problem(settings.state / "content/x"), HasSubstr("is replaced when it is fetched again"));
  EXPECT_EQ(problem(folder.path() / "tree"), "");
  EXPECT_EQ(problem(settings.state / "bundles2/site"), "");
  std::filesystem::create_directory_symlink(settings.state / "bundles/site", folder.path() / "link");
  EXPECT_THAT(problem(folder.path() / "link/Packs"), HasSubstr("in a bundle")) << "by another way";
}

TEST(OwnCopy, IsTheSourceOfABundleAtItsPlaceAlone) {
  const testing::TempFolder folder;
  Settings settings;
  settings.state = folder.path() / "state";
  std::filesystem::create_directories(settings.state / "bundles/site/Packs");
  ContentSource source;
  source.name = "site";
  source.origin = store::ContentOrigin::Path;
  source.path = settings.state / "bundles/site";
  EXPECT_TRUE(is_of_bundle(settings, source));
  source.path = settings.state / "bundles";
  EXPECT_FALSE(is_of_bundle(settings, source));
  source.path = folder.path() / "tree";
  EXPECT_FALSE(is_of_bundle(settings, source)) << "used in place";
}

}  // namespace
}  // namespace berth::app
