#include "berth/base/lower_case.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

TEST(LowerCaseTest, ChangesLatinLettersAlone) {
  EXPECT_EQ(lower_case("Az@[`{ 09-Z"), "az@[`{ 09-z");
  EXPECT_EQ(lower_case("\xC3\x84\xE2\x84\xAA"), "\xC3\x84\xE2\x84\xAA");  // Ä, the Kelvin sign
  EXPECT_EQ(lower_case(std::string_view("A\0B", 3)), std::string("a\0b", 3));
  EXPECT_EQ(lower_letter('Q'), 'q');
}

}  // namespace
}  // namespace berth
