#include "berth/app/embedded.h"

#include <gtest/gtest.h>

#include "berth/base/sha256.h"
#include "berth/content/python_source.h"

namespace berth::app {
namespace {

// What goes in front of every item as it is, without being looked at again.
TEST(EmbeddedCommonScript, NeedsNoCleaning) {
  EXPECT_EQ(content::clean_python(embedded_common().whole), embedded_common().whole);
}

TEST(EmbeddedCommonScript, IsTakenApartByTheBuild) {
  const content::CommonScript common = embedded_common();
  const content::CommonParts parts = content::split_common(common.whole);
  EXPECT_EQ(common.always, parts.always);
  EXPECT_EQ(common.optional_names, parts.optional_names);
  EXPECT_LT(common.always.size(), common.whole.size());
}

TEST(EmbeddedTexts, HaveTheirDigests) {
  EXPECT_EQ(embedded_common().whole_digest, sha256_hex(embedded_common().whole));
  EXPECT_EQ(embedded_common().always_digest, sha256_hex(embedded_common().always));
  EXPECT_EQ(embedded_loop_digest(), sha256_hex(embedded_loop()));
}

}  // namespace
}  // namespace berth::app
