#include "berth/image/pull.h"

#include <gtest/gtest.h>

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

TEST(Refusal, TellsWhatTheMirrorsSaid) {
  const Error error = with_mirrors(Error(Errc::NotFound, "it has none"), {"one: down", "two: no"});
  EXPECT_EQ(error.code(), Errc::NotFound);
  EXPECT_EQ(error.message(), "it has none; before that, of its mirrors: one: down; two: no");
  EXPECT_EQ(with_mirrors(Error(Errc::NotFound, "it has none"), {}).message(), "it has none");
}

}  // namespace
}  // namespace berth::image
