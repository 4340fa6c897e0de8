#include "berth/content/image_edit.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

constexpr const char* kNew = "demisto/python3:3.12.1.9";

struct Edited {
  const char* name;
  std::string before;
  std::string after;
  const char* key;
  const char* was;
};
const Edited kEdited[] = {
    {"Plain", "type: python\ndockerimage: demisto/a:1\n", "type: python\ndockerimage: demisto/python3:3.12.1.9\n",
     "dockerimage", "demisto/a:1"},
    {"InSingleQuotes", "type: python\ndockerimage: 'demisto/a:1' # why\n",
     "type: python\ndockerimage: 'demisto/python3:3.12.1.9' # why\n", "dockerimage", "demisto/a:1"},
    {"InDoubleQuotes", "type: python\ndockerimage:   \"demisto/a:1\"   \n",
     "type: python\ndockerimage:   \"demisto/python3:3.12.1.9\"   \n", "dockerimage", "demisto/a:1"},
    {"OfAnIntegration", "script:\n  type: python\n  dockerimage: a:1\ndockerimage: other\n",
     "script:\n  type: python\n  dockerimage: demisto/python3:3.12.1.9\ndockerimage: other\n", "script.dockerimage",
     "a:1"},
    {"CarriageReturns", "type: python\r\ndockerimage: a:1\r\nname: x\r\n",
     "type: python\r\ndockerimage: demisto/python3:3.12.1.9\r\nname: x\r\n", "dockerimage", "a:1"},
    {"AByteOrderMark",
     "\xef\xbb\xbf"
     "dockerimage: a:1\ntype: python\n",
     "\xef\xbb\xbf"
     "dockerimage: demisto/python3:3.12.1.9\ntype: python\n",
     "dockerimage", "a:1"},
    {"NoLineEnd", "type: python\ndockerimage: a:1", "type: python\ndockerimage: demisto/python3:3.12.1.9",
     "dockerimage", "a:1"},
    {"LettersBeforeIt", "name: \"Übung\"\ndockerimage: a:1\ntype: python\n",
     "name: \"Übung\"\ndockerimage: demisto/python3:3.12.1.9\ntype: python\n", "dockerimage", "a:1"},
    {"Empty", "type: python\ndockerimage:\nname: x\n", "type: python\ndockerimage: demisto/python3:3.12.1.9\nname: x\n",
     "dockerimage", ""},
    {"EmptyWithAComment", "type: python\ndockerimage: # none yet\n",
     "type: python\ndockerimage: demisto/python3:3.12.1.9 # none yet\n", "dockerimage", ""},
    {"EmptyQuotes", "type: python\ndockerimage: \"\"\n", "type: python\ndockerimage: \"demisto/python3:3.12.1.9\"\n",
     "dockerimage", ""},
    {"Null", "type: python\ndockerimage: null\n", "type: python\ndockerimage: demisto/python3:3.12.1.9\n",
     "dockerimage", "null"},
    {"OnTheNextLine", "type: python\ndockerimage:\n  a:1\nname: x\n",
     "type: python\ndockerimage:\n  demisto/python3:3.12.1.9\nname: x\n", "dockerimage", "a:1"},
    {"InAFlow", "{type: python, dockerimage: a:1, name: x}\n",
     "{type: python, dockerimage: demisto/python3:3.12.1.9, name: x}\n", "dockerimage", "a:1"},
    {"AQuotedKey", "type: python\n\"dockerimage\" : a:1\n",
     "type: python\n\"dockerimage\" : demisto/python3:3.12.1.9\n", "dockerimage", "a:1"},
    {"Missing", "name: x\ntype: python\nscript: |\n  a\n",
     "name: x\ndockerimage: demisto/python3:3.12.1.9\ntype: python\nscript: |\n  a\n", "dockerimage", ""},
    {"MissingInAnIntegration", "name: x\r\nscript:\r\n  script: ''\r\n  type: python\r\n",
     "name: x\r\nscript:\r\n  script: ''\r\n  dockerimage: demisto/python3:3.12.1.9\r\n  type: python\r\n",
     "script.dockerimage", ""},
    {"MissingBehindAByteOrderMark", "\xef\xbb\xbftype: python\n",
     "\xef\xbb\xbf"
     "dockerimage: demisto/python3:3.12.1.9\ntype: python\n",
     "dockerimage", ""},
    {"OfThisMarketplace", "dockerimage: a:1\ndockerimage:xsoar: b:1\ntype: python\n",
     "dockerimage: a:1\ndockerimage:xsoar: demisto/python3:3.12.1.9\ntype: python\n", "dockerimage:xsoar", "b:1"},
    {"OfAnotherMarketplace", "dockerimage: a:1\ndockerimage:xpanse: b:1\ntype: python\n",
     "dockerimage: demisto/python3:3.12.1.9\ndockerimage:xpanse: b:1\ntype: python\n", "dockerimage", "a:1"},
    {"NotTheOneOfAnEarlierServer", "dockerimage45: a:1\ndockerimage: b:1\ntype: python\n",
     "dockerimage45: a:1\ndockerimage: demisto/python3:3.12.1.9\ntype: python\n", "dockerimage", "b:1"},
    {"NotWhatTheCodeSays", "script: |-\n  dockerimage: a:1\ntype: python\ndockerimage: b:1\n",
     "script: |-\n  dockerimage: a:1\ntype: python\ndockerimage: demisto/python3:3.12.1.9\n", "dockerimage", "b:1"},
};
class ImageEditTable : public ::testing::TestWithParam<Edited> {};
TEST_P(ImageEditTable, ChangesOneScalar) {
  const auto edit = with_image(GetParam().before, "item.yml", kNew, "xsoar");
  ASSERT_TRUE(testing::ok(edit));
  EXPECT_EQ(edit->text, GetParam().after);
  EXPECT_EQ(edit->key, GetParam().key);
  EXPECT_EQ(edit->before, GetParam().was);
}
INSTANTIATE_TEST_SUITE_P(Table, ImageEditTable, ::testing::ValuesIn(kEdited), [](auto& row) { return row.param.name; });

TEST(ImageEdit, QuotesWhatWouldNotBeAWord) {
  const auto edit = with_image("type: python\ndockerimage: a:1\n", "item.yml", "[::1]:5000/a:1", "xsoar");
  ASSERT_TRUE(testing::ok(edit));
  EXPECT_EQ(edit->text, "type: python\ndockerimage: '[::1]:5000/a:1'\n");
}

struct Refused {
  const char* name;
  const char* text;
  const char* why;
};
const Refused kRefused[] = {
    {"NoYaml", "a: [\n", "it is not YAML"},
    {"NoItem", "- a\n", "describes no item"},
    {"Empty", "", "describes no item"},
    {"ABlock", "type: python\ndockerimage: |\n  a:1\n",
     "item.yml:2:14: the image cannot be set here: it is written as a block"},
    {"AFold", "type: python\ndockerimage: >-\n  a:1\n", "written as a block"},
    {"AnAlias", "x: &a a:1\ntype: python\ndockerimage: *a\n", "stands elsewhere"},
    {"AnAnchor", "type: python\ndockerimage: &a a:1\ny: *a\n", "an anchor or a tag"},
    {"ATag", "type: python\ndockerimage: !!str a:1\n", "an anchor or a tag"},
    {"AList", "type: python\ndockerimage: [a]\n", "not one word"},
    {"Merged", "x: &m {dockerimage: a:1}\n<<: *m\ntype: python\n", "cannot be set here"},
    {"MissingWithoutType", "name: x\n", "no key 'type'"},
    {"MissingInAFlow", "{name: x, type: python}\n", "lines of their own"},
};
class ImageEditRefused : public ::testing::TestWithParam<Refused> {};
TEST_P(ImageEditRefused, SaysWhy) {
  EXPECT_TRUE(
      testing::fails_with(with_image(GetParam().text, "item.yml", kNew, "xsoar"), Errc::InvalidInput, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, ImageEditRefused, ::testing::ValuesIn(kRefused),
                         [](auto& row) { return row.param.name; });

// Items put together from what content writes: any order of keys, line ends, quotes, comments, languages.
class RandomItem {
 public:
  explicit RandomItem(unsigned seed) : random_(seed) {}

  std::string text() {
    const bool is_integration = chance(2);
    const std::string indent = is_integration ? std::string(1 + pick(4), ' ') : "";
    end_ = chance(3) ? "\r\n" : "\n";
    std::vector<std::string> keys = {"type: python", "subtype: 'python3'", comment(), "timeout: 0m"};
    has_image_ = !chance(4);
    if (has_image_)
      keys.push_back("dockerimage:" + blanks() + quoted("demisto/x-" + std::to_string(pick(99)) + ":1.0"));
    std::shuffle(keys.begin(), keys.end(), random_);
    std::string text = chance(4) ? "\xef\xbb\xbf" : "";
    text += comment() + end_ + "name: \"\xc3\x9c\xf0\x9f\x90\xb3 " + std::to_string(pick(99)) + "\"" + end_;
    if (is_integration) text += "script:" + end_;
    for (const std::string& key : keys) text += indent + key + (chance(3) ? blanks() + comment() : "") + end_;
    text += (is_integration ? indent + "script: |" : "script: |") + end_;
    text += indent + "    print('dockerimage: a:1') # \xe2\x82\xac" + end_;
    if (chance(2)) text += "tags:" + end_ + "- dockerimage" + end_;
    return text;
  }
  bool has_image() const { return has_image_; }

 private:
  unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }
  bool chance(unsigned of) { return pick(of) == 0; }
  std::string blanks() { return std::string(1 + pick(3), ' '); }
  std::string comment() { return chance(2) ? "# dockerimage: a:1 \xc3\xa9" : "#"; }
  std::string quoted(const std::string& text) {
    const char* marks[] = {"", "'", "\""};
    const std::string mark = marks[pick(3)];
    return mark + text + mark;
  }

  std::mt19937 random_;
  std::string end_;
  bool has_image_ = false;
};

TEST(ImageEdit, IsUndoneByWritingWhatWasThere) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    RandomItem item(seed);
    const std::string text = item.text();
    const auto edit = with_image(text, "item.yml", kNew, "xsoar");
    ASSERT_TRUE(testing::ok(edit)) << seed << "\n" << text;
    if (item.has_image()) {
      const auto back = with_image(edit->text, "item.yml", edit->before, "xsoar");
      ASSERT_TRUE(testing::ok(back)) << seed;
      ASSERT_EQ(back->text, text) << seed;
      continue;
    }
    // A whole line was put in, and nothing else.
    const std::size_t at = edit->text.find("dockerimage: " + std::string(kNew));
    ASSERT_NE(at, std::string::npos) << seed;
    const std::size_t line = edit->text.find_last_of("\n\xbf", at) + 1;
    const std::size_t end = edit->text.find('\n', at) + 1;
    ASSERT_EQ(edit->text.substr(0, line) + edit->text.substr(end), text) << seed;
  }
}

}  // namespace
}  // namespace berth::content
