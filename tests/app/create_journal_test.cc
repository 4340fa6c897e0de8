#include "berth/app/create_journal.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>

#include "berth/app/engine_leftovers.h"
#include "berth/app/image_json.h"
#include "berth/app/image_list.h"
#include "berth/image/work_folder.h"
#include "tests/image/fixture_store.h"

namespace berth::app {
namespace {

using image::id_of;

class Journal : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.cache = folder_.path() / "cache";
    settings_.state = folder_.path() / "state";
    settings_.runtime = folder_.path() / "run";
    settings_.storage = store_.root();
    store_.add_layer('1', 0);
    store_.add_layer('2', '1');
    store_.add_image('1', {"localhost/base:1"}, '1', R"({"config": {"Env": ["DOCKER_IMAGE=a:1.0.0.1"]}})");
    store_.add_image('2', {}, '2', R"({"config": {"Env": ["DOCKER_IMAGE=a:1.0.0.1"]}})");
    store_.add_image('3', {}, '2', R"({"config": {"Env": ["DOCKER_IMAGE=b:1.0.0.1"]}})");
    store_.write();
  }

  void write_journal() {
    std::filesystem::create_directories(settings_.cache);
    store_.put(create_journal(settings_), "a:1.0.0.1");
  }
  Result<image::WorkFolder> begin() {
    return image::WorkFolder::open(create_folder(settings_), std::chrono::steady_clock::now(), {});
  }
  // The row of the image that the journal is about.
  ImageRow listed() {
    const auto listing = list_images(settings_, {});
    EXPECT_TRUE(testing::ok(listing));
    const auto row = std::ranges::find(listing->rows, id_of('2'), &ImageRow::id);
    return *row;
  }

  testing::TempFolder folder_;
  image::FixtureStore store_;
  Settings settings_;
};

TEST_F(Journal, IsEmptyWhereNothingIsUnfinished) {
  EXPECT_FALSE(unfinished_image(settings_));
  const auto work = begin();
  ASSERT_TRUE(testing::ok(work));
  EXPECT_FALSE(unfinished_image(settings_)) << "it has begun, and nothing is built yet";
}

TEST_F(Journal, TellsWhetherSomebodyIsAtIt) {
  write_journal();
  {
    const auto work = begin();
    ASSERT_TRUE(testing::ok(work));
    const auto unfinished = unfinished_image(settings_);
    ASSERT_TRUE(unfinished);
    EXPECT_EQ(unfinished->name, "a:1.0.0.1");
    EXPECT_TRUE(unfinished->is_going_on);
  }
  EXPECT_FALSE(unfinished_image(settings_)->is_going_on);
}

TEST_F(Journal, LeadsToTheImageWithoutAName) {
  const auto store = image::LocalStore::open(store_.root());
  ASSERT_TRUE(testing::ok(store));
  EXPECT_EQ(images_without_name(*store, *store->list_images(), "a:1.0.0.1"), std::vector<std::string>{id_of('2')});
  EXPECT_TRUE(images_without_name(*store, *store->list_images(), "c:1").empty());
}

TEST_F(Journal, KnowsTheContainerOfItsOwnBuild) {
  EXPECT_FALSE(find_left_build(settings_, store_.root()));
  const std::string name = builder_options(settings_, store_.root()).name;
  std::filesystem::create_directories(store_.root() / "overlay-containers");
  store_.put(store_.root() / "overlay-containers/containers.json",
             R"([{"id":"c1","names":["another"],"image":"x","layer":"l1"},)"
             R"({"id":"c2","names":[")" +
                 name + R"("],"image":"x","layer":"l2"}])");
  auto left = find_left_build(settings_, store_.root());
  ASSERT_TRUE(left);
  EXPECT_EQ(left->container.layer, "l2");
  EXPECT_FALSE(left->is_going_on);
  const auto work = begin();
  ASSERT_TRUE(testing::ok(work));
  EXPECT_TRUE(find_left_build(settings_, store_.root())->is_going_on);
  EXPECT_TRUE(testing::fails_with(remove_left_build(settings_, store_.root()), Errc::TimedOut, "another process"));
  settings_.cache = folder_.path() / "other";
  EXPECT_FALSE(find_left_build(settings_, store_.root())) << "another's";
}

TEST_F(Journal, KnowsTheContainersOfEnginesWhoeverBuildsNow) {
  const std::string name = builder_options(settings_, store_.root()).name;
  std::filesystem::create_directories(settings_.cache);
  std::filesystem::create_directories(store_.root() / "overlay-containers");
  store_.put(store_.root() / "overlay-containers/containers.json",
             R"([{"id":"c1","names":[")" + name + R"(-1"],"image":"x","layer":"l1"}])");
  EXPECT_FALSE(find_left_build(settings_, store_.root())) << "another's, with the same storage";
  ASSERT_TRUE(testing::ok(note_engine_build(settings_.cache, {container::EngineKind::Podman, name + "-1"})));
  ASSERT_TRUE(testing::ok(note_engine_build(settings_.cache, {container::EngineKind::Docker, name + "-2"})));
  auto left = find_left_build(settings_, store_.root());
  ASSERT_TRUE(left);
  EXPECT_EQ(left->container.layer, "l1");
  EXPECT_EQ(left_build_names(settings_, store_.root()), (std::vector{name, name + "-1", name + "-2"}));

  std::filesystem::remove(store_.root() / "overlay-containers/containers.json");
  left = find_left_build(settings_, store_.root());
  ASSERT_TRUE(left);
  EXPECT_EQ(left->container.layer, "") << "in the engine's own";

  // Programs that find nothing.
  const std::string path = std::getenv("PATH");
  for (const char* program : {"docker", "podman"}) {
    store_.put(folder_.path() / program, "#!/bin/sh\n");
    std::filesystem::permissions(folder_.path() / program, std::filesystem::perms::all);
  }
  ::setenv("PATH", (folder_.path().native() + ":" + path).c_str(), 1);
  EXPECT_TRUE(testing::ok(remove_left_build(settings_, store_.root())));
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_FALSE(find_left_build(settings_, store_.root()));
}

TEST_F(Journal, IsInTheList) {
  EXPECT_EQ(listed().unfinished, "");
  EXPECT_EQ(image_cells(listed())[0], "<none>");
  write_journal();
  EXPECT_EQ(listed().unfinished, "a:1.0.0.1");
  EXPECT_TRUE(listed().uses.empty());
  EXPECT_EQ(image_cells(listed())[0], "<half made: a:1.0.0.1>");
  const auto work = begin();
  ASSERT_TRUE(testing::ok(work));
  ASSERT_EQ(listed().uses.size(), 1u);
  EXPECT_EQ(listed().uses[0].kind, UseKind::Making);
  EXPECT_EQ(listed().uses[0].who, "image create, for 'a:1.0.0.1'");
  EXPECT_EQ(image_cells(listed())[0], "<being made: a:1.0.0.1>");
}

}  // namespace
}  // namespace berth::app
