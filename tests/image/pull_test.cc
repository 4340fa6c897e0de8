#include "berth/image/pull.h"

#include <gtest/gtest.h>

#include "tests/image/fixture_store.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

TEST(NameLock, IsOneForATagWithAndWithoutADigest) {
  const testing::TempFolder folder;
  const MoveSettings settings = {.cache_folder = folder.path()};
  const Reference plain = {.path = "demisto/x", .tag = "1"};
  Reference pinned = plain;
  pinned.digest = "sha256:" + std::string(64, 'a');
  const auto now = std::chrono::steady_clock::now();
  const auto held = lock_name(settings, plain, now);
  ASSERT_TRUE(testing::ok(held));
  EXPECT_TRUE(testing::fails_with(lock_name(settings, pinned, now), Errc::TimedOut, "another process holds it"));
}

TEST(PullOfAnImageOfThisMachine, AsksNoRegistryForIt) {
  FixtureStore store;
  const testing::TempFolder folder;
  store.add_layer('1', 0);
  store.add_image('1', {"localhost/acme/tool:1.0"}, '1', R"({"config": {}})");
  store.add_image('2', {"localhost/berth/python3-deb:3.11"}, '1', R"({"config": {}})");
  store.add_image('3', {"localhost/acme/both:1.0", "docker.io/acme/both:0.9"}, '1', R"({"config": {}})");
  store.write();
  MoveSettings settings;
  settings.storage.graph_root = store.root();
  settings.cache_folder = folder.path();
  for (const char* name : {"acme/tool:1.0", "acme/tool", "python3", "acme/both:1.0"}) {
    EXPECT_TRUE(testing::fails_with(pull_image(*parse_reference(name), settings, {}), Errc::InvalidInput,
                                    "which was created on this machine, and no registry has it; to pull another"))
        << name;
  }
  // What is not here, or here from a registry, is a registry's: its trust is asked for.
  for (const char* name : {"acme/tool:1.1", "docker.io/acme/tool:1.0", "acme/both", "acme/both:0.9"}) {
    EXPECT_TRUE(
        testing::fails_with(pull_image(*parse_reference(name), settings, {}), Errc::InvalidInput, "it is not trusted"))
        << name;
  }
}

TEST(Refusal, TellsWhatTheMirrorsSaid) {
  const Error error = with_mirrors(Error(Errc::NotFound, "it has none"), {"one: down", "two: no"});
  EXPECT_EQ(error.code(), Errc::NotFound);
  EXPECT_EQ(error.message(), "it has none; before that, of its mirrors: one: down; two: no");
  EXPECT_EQ(with_mirrors(Error(Errc::NotFound, "it has none"), {}).message(), "it has none");
}

}  // namespace
}  // namespace berth::image
