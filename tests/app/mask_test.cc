#include "berth/app/mask.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

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
    {"OverlapsBecomeOne", "aaaaaaaa", {"aaaa"}, "********"},
    {"OverlapOfTwo", "x abcdefghijk y", {"abcdef", "defghijk"}, "x ******** y"},
    {"Adjacent", "hunter2hunter2", {"hunter2"}, "****************"},
    {"OtherCaseOfALongOne", "HUNTER-TWO Hunter-Two", {"hunter-two"}, "******** ********"},
    {"AsJsonKeepsLetters", R"({"p": "p\\äss\"wort"})", {"p\\äss\"wort"}, R"({"p": "********"})"},
    {"AsPythonWritesIt", "'a\\\\b\\nc\"d'", {"a\\b\nc\"d"}, "'********'"},
    {"AsHtmlWritesIt", "<b>a&amp;b&lt;c&#x27;de</b>", {"a&b<c'de"}, "<b>********</b>"},
    {"InAnAddress", "?k=a%2Fb%3fc%20d&x", {"a/b?c d"}, "?k=a%2Fb%3fc%20d&x"},
    {"InAnAddressOfALongOne", "?k=se%2Fcret%3f+%C3%A4 se/cret%3F%20%c3%a4", {"se/cret? ä"}, "?k=******** ********"},
    {"Hexadecimal", "73656372657431323334 73656372657431323334", {"secret1234"}, "******** ********"},
    {"HexadecimalUpperCase", "5365637265742D31323334", {"Secret-1234"}, "********"},
    {"Backwards", "4321-terceS", {"Secret-1234"}, "********"},
    {"Base64", "c2VjcmV0LTEyMzQ= c2VjcmV0LTEyMzQ", {"secret-1234"}, "******** ********"},
    {"Base64OfAddresses", "P8K_w7_Dv8O_Pz8_Pg==", {"?¿ÿÿÿ?\?\?>"}, "********"},
    {"Base64IsExact", "C2vJCMV0LTEyMzq=", {"secret-1234"}, "C2vJCMV0LTEyMzq="},
    {"ShortOnesAreNotLookedForInCode", "cGFzcw== 70617373 ssap", {"pass"}, "cGFzcw== 70617373 ssap"},
    {"EndsInTheMiddle", "hunter", {"hunter2"}, "hunter"},
    {"AtTheEnd", "x hunter2", {"hunter2"}, "x ********"},
};

class MaskRows : public ::testing::TestWithParam<MaskRow> {};

TEST_P(MaskRows, HidesSecrets) { EXPECT_EQ(mask(GetParam().text, GetParam().secrets), GetParam().masked); }

INSTANTIATE_TEST_SUITE_P(Table, MaskRows, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) out += kAlphabet[bits << (6 - count) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

// Wherever it stands in what is encoded, at most the characters that it shares with its neighbours stay.
TEST(MaskBase64, HidesSecretsAnywhere) {
  const std::string secret = "Canary-0123456789";
  for (std::size_t before = 0; before < 7; ++before) {
    for (std::size_t after = 0; after < 4; ++after) {
      const std::string encoded = base64_of(std::string(before, 'u') + secret + std::string(after, 'v'));
      const std::string masked = mask(encoded, {secret});
      const std::size_t at = masked.find("********");
      ASSERT_NE(at, std::string::npos) << encoded;
      const std::size_t left = masked.size() - 8;
      EXPECT_LE(left, (before * 4 + 2) / 3 + 2 + (after * 4 + 2) / 3 + 3) << encoded << " " << masked;
    }
  }
}

// What a script prints is long and may be full of beginnings.
TEST(MaskCost, IsOnePassForAnyNumberOfSecrets) {
  std::vector<std::string> secrets;
  for (int i = 0; i < 40; ++i) secrets.push_back("canary-secret-" + std::to_string(i) + "-abcdefgh");
  std::string text;
  while (text.size() < (1u << 20)) text += "canary-secret-99 some text that is no secret at all\n";
  EXPECT_EQ(mask(text, secrets), text);
}

TEST(MaskJson, HidesSecretsInTextsAndNames) {
  const Json value = *parse_json(R"({"hunter2":["a hunter2",{"x":"hunter2"}],"n":12345,"t":true,"none":null})");
  EXPECT_EQ(mask_json(value, {"hunter2", "12345"}),
            *parse_json(R"({"********":["a ********",{"x":"********"}],"n":12345,"t":true,"none":null})"));
  EXPECT_EQ(mask_json(value, {}), value);
}

}  // namespace
}  // namespace berth::app
