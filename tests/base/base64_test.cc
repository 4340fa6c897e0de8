#include "berth/base/base64.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth {
namespace {

TEST(Base64, IsReadAsItIsWritten) {
  const std::pair<std::string, const char*> rows[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {std::string("\0\xff", 2), "AP8="}};
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(to_base64(bytes), text);
    const auto read = from_base64(text);
    ASSERT_TRUE(testing::ok(read));
    EXPECT_EQ(*read, bytes);
  }
}

TEST(Base64, IsNothingElse) {
  for (const char* text : {"Zg", "Z", "Zm9v!", "Zm 9v"}) {
    EXPECT_TRUE(testing::fails_with(from_base64(text), Errc::Corrupt, "no base64")) << text;
  }
}

}  // namespace
}  // namespace berth
