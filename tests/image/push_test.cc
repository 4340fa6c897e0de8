#include "berth/image/push.h"

#include <gtest/gtest.h>

#include "tests/image/fixture_store.h"

namespace berth::image {
namespace {

TEST(PushOfAnImageOfThisMachine, AsksNoRegistryForIt) {
  FixtureStore store;
  testing::TempFolder folder;
  store.add_layer('1', 0);
  store.add_image('1', {"localhost/acme/tool:1.0"}, '1', R"({"config": {}})");
  store.add_image('2', {"localhost/berth/python3-deb:3.11"}, '1', R"({"config": {}})");
  store.write();
  MoveSettings settings;
  settings.storage.graph_root = store.root();
  settings.cache_folder = folder.path();
  for (const char* name : {"acme/tool:1.0", "acme/tool", "localhost/acme/tool:1.0", "python3"}) {
    EXPECT_TRUE(testing::fails_with(push_image(*parse_reference(name), {}, settings), Errc::InvalidInput,
                                    "a name of this machine; name the registry to push it to"))
        << name;
  }
  EXPECT_TRUE(testing::fails_with(
      push_image(*parse_reference("acme/tool:1.0"), parse_reference("localhost/acme/tool:1.0").value(), settings),
      Errc::InvalidInput, "that is a name of this machine"));
}

}  // namespace
}  // namespace berth::image
