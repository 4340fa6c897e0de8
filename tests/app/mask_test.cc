#include "berth/app/mask.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

struct MaskRow {
  const char* name;
  const char* text;
  std::vector<std::string> secrets;
  const char* masked;
};

const MaskRow kRows[] = {
    {"NoSecrets", "text", {}, "text"},
    {"Everywhere", "hunter2 and hunter2", {"hunter2"}, "******** and ********"},
    {"InsideWords", "xhunter2x", {"hunter2"}, "x********x"},
    {"CaseCounts", "Hunter2", {"hunter2"}, "Hunter2"},
    {"TooShort", "abc abcd", {"abc", ""}, "abc abcd"},
    {"FourBytes", "abc abcd", {"abcd"}, "abc ********"},
    {"LongestFirst", "secret-and-more", {"secret", "secret-and-more"}, "********"},
    {"LongestFirstOtherOrder", "secret-and-more secret", {"secret-and-more", "secret"}, "******** ********"},
    {"AsJsonWritesIt", R"({"p": "a\"b\\c\n"})", {"a\"b\\c\n"}, R"({"p": "********"})"},
    {"AsJsonWritesOtherLetters", R"({"p": "p\u00e4ss"})", {"päss"}, R"({"p": "********"})"},
    {"AsItIs", "päss a\"b\\c", {"päss", "a\"b\\c"}, "******** ********"},
    {"OfMasks", "****", {"****"}, "********"},
    {"Adjacent", "aaaaaaaa", {"aaaa"}, "****************"},
};

class Mask : public ::testing::TestWithParam<MaskRow> {};

TEST_P(Mask, HidesSecrets) { EXPECT_EQ(mask(GetParam().text, GetParam().secrets), GetParam().masked); }

INSTANTIATE_TEST_SUITE_P(Table, Mask, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(MaskJson, HidesSecretsInTextsAndNames) {
  const Json value = *parse_json(R"({"hunter2":["a hunter2",{"x":"hunter2"}],"n":12345,"t":true,"none":null})");
  EXPECT_EQ(mask_json(value, {"hunter2", "12345"}),
            *parse_json(R"({"********":["a ********",{"x":"********"}],"n":12345,"t":true,"none":null})"));
  EXPECT_EQ(mask_json(value, {}), value);
}

}  // namespace
}  // namespace berth::app
