#include "berth/base/percent.h"

#include <gtest/gtest.h>

#include <string>

namespace berth {
namespace {

TEST(PercentDecoded, StandsForBytes) {
  EXPECT_EQ(percent_decoded("a%20b%2Fc%2fd"), "a b/c/d");
  EXPECT_EQ(percent_decoded("%ff%00"), std::string("\xff\0", 2));
  EXPECT_EQ(percent_decoded("%2541"), "%41") << "once";
}

TEST(PercentDecoded, LeavesWhatIsNoEscape) {
  for (const char* text : {"", "%", "%2", "%g1", "%1g", "a%", "100%"}) EXPECT_EQ(percent_decoded(text), text);
}

}  // namespace
}  // namespace berth
