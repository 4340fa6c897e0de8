#include "berth/image/image_update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/image/fixture_store.h"

namespace berth::image {
namespace {

TEST(UpdateOfAnImageOfThisMachine, AsksNoRegistryAboutIt) {
  FixtureStore store;
  testing::TempFolder folder;
  store.add_layer('1', 0);
  store.add_image('1', {"localhost/acme/tool:1.0", "localhost/acme/tool:1.1"}, '1', R"({"config": {}})");
  store.add_image('2', {"localhost/berth/python3-deb:3.11"}, '1', R"({"config": {}})");
  store.write();
  MoveSettings settings;
  settings.storage.graph_root = store.root();
  settings.cache_folder = folder.path();
  const std::vector<std::pair<const char*, std::vector<std::string>>> rows = {
      {"acme/tool:1.0", {"localhost/acme/tool:1.0"}},
      {"acme/tool", {"localhost/acme/tool:1.0", "localhost/acme/tool:1.1"}},
      {"localhost/acme/tool:1.1", {"localhost/acme/tool:1.1"}},
      {"python3", {"localhost/berth/python3-deb:3.11"}}};
  for (const auto& [name, meant] : rows) {
    const auto results = update_images({*parse_reference(name)}, settings, {});
    ASSERT_TRUE(testing::ok(results));
    std::vector<std::string> told;
    for (const UpdateResult& result : *results) {
      told.push_back(to_string(result.reference));
      EXPECT_EQ(result.state, UpdateState::Failed);
      EXPECT_THAT(result.error, ::testing::HasSubstr("created on this machine, and no registry has it: there is "
                                                     "nothing to update from"));
    }
    EXPECT_EQ(told, meant) << name;
  }
  EXPECT_TRUE(names_from_registries(settings)->empty());
}

}  // namespace
}  // namespace berth::image
