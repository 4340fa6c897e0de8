#include "berth/content/yaml_reader.h"

#include <gtest/gtest.h>

#include <ctime>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::content {
namespace {

std::string times(std::size_t count, std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

// Each level names the one before nine times.
std::string alias_bomb() {
  std::string text = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char level = 'b'; level < 'j'; ++level) {
    text += std::string(1, level) + ": &" + level + " [" + times(8, std::string("*") + char(level - 1) + ",") + "*" +
            char(level - 1) + "]\n";
  }
  return text;
}

std::string text_bomb() { return "a: &a " + std::string(1 << 20, 'x') + "\nb: [" + times(100, "*a, ") + "*a]\n"; }

std::string depth_bomb_through_aliases() {
  std::string text = "- &a0 [x]\n";
  for (int i = 1; i < 80; ++i) text += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  return text;
}

struct BadYaml {
  const char* name;
  std::string text;
  Errc code;
  const char* why;
};

const BadYaml kBad[] = {
    {"AliasBomb", alias_bomb(), Errc::Exhausted, "x.yml:7:8: more than 1000000 values, aliases written out"},
    {"TextBomb", text_bomb(), Errc::Exhausted, "bytes of text, aliases written out"},
    {"DeepThroughAliases", depth_bomb_through_aliases(), Errc::Exhausted, "deeper than 64 levels through alias '*a62'"},
    {"Cycle", "&x [*x]", Errc::InvalidInput, "x.yml:1:5: alias '*x' stands inside what it names"},
    {"CycleInMapping", "a: &x\n  b: *x\n", Errc::InvalidInput, "x.yml:2:6: alias '*x' stands inside"},
    {"MergeCycle", "a: &x\n  <<: *x\n", Errc::InvalidInput, "alias '*x' stands inside"},
    {"UnknownAlias", "a: *b\n", Errc::InvalidInput, "alias '*b' names no anchor"},
    {"DeepFlow", std::string(100'000, '['), Errc::Exhausted, "x.yml:1:65: nested deeper than 64 levels"},
    {"DeepMappings", times(100'000, "{a: "), Errc::Exhausted, "nested deeper than 64 levels"},
    {"DeepBlock", times(100'000, "- "), Errc::Exhausted, "nested deeper than 64 levels"},
    {"DeepKeys", times(100'000, "? "), Errc::InvalidInput, "keys must be text"},
    {"TooLarge", std::string((16 << 20) + 1, 'x'), Errc::Exhausted, "more than the limit of 16777216"},
    {"TooManyValues", "[" + times(300'001, "a,") + "]", Errc::Exhausted, "more than 300000 values"},
    {"PythonObject", "a: !!python/object/apply:os.system ['id']\n", Errc::InvalidInput,
     "x.yml:1:4: tag '!!python/object/apply:os.system' is not allowed"},
    {"PythonName", "!!python/name:os.system x\n", Errc::InvalidInput, "'!!python/name:os.system' is not allowed"},
    {"LocalTag", "a: !thing 1\n", Errc::InvalidInput, "tag '!thing' is not allowed"},
    {"Binary", "a: !!binary eA==\n", Errc::InvalidInput, "tag '!!binary' is not allowed"},
    {"TagOfAnotherKind", "a: !!map text\n", Errc::InvalidInput, "tag '!!map' is not allowed"},
    {"TagDirective", "%TAG !py! tag:yaml.org,2002:python/\n--- !py!name:os.system x\n", Errc::InvalidInput,
     "x.yml:1:1: only one directive"},
    {"ManyTagDirectives", times(100'000, "%TAG !a! b\n") + "--- a\n", Errc::InvalidInput, "only one directive"},
    {"DirectivesOfASecondDocument", "a: 1\n...\n" + times(100'000, "%TAG !a! b\n") + "--- a\n", Errc::InvalidInput,
     "x.yml:3:1: there is text after the end"},
    {"TwoDocuments", "a: 1\n---\nb: 2\n", Errc::InvalidInput, "x.yml:2:1: there is text after the end of the document"},
    {"DuplicateKey", "name: a\nb: 1\nname: c\n", Errc::InvalidInput,
     "x.yml:3:1: key 'name' stands twice, first in line 1"},
    {"DuplicateKeyQuoted", "{a: 1, 'a': 2}", Errc::InvalidInput, "key 'a' stands twice"},
    {"DuplicateKeyDeep", "a:\n- b: 1\n  c: 2\n  b: 3\n", Errc::InvalidInput,
     "x.yml:4:3: key 'b' stands twice, first in line 2"},
    {"DuplicateKeyUnprintable", "{\"\\e[2J\": 1, \"\\e[2J\": 2}", Errc::InvalidInput, "key '\\x1b[2J' stands twice"},
    {"TwoMerges", "a: &a {}\nb:\n  <<: *a\n  <<: *a\n", Errc::InvalidInput, "key '<<' stands twice"},
    {"MergeOfText", "<<: text\n", Errc::InvalidInput, "merge key '<<' needs a mapping"},
    {"Nul", std::string("a: b\nc: \0d\n", 11), Errc::InvalidInput, "x.yml:2:4: control character U+0000"},
    {"Escape", "a: \x1b[2J\n", Errc::InvalidInput, "control character U+001B"},
    {"NotUtf8", "a: b\nc: caf\xe9\n", Errc::InvalidInput, "x.yml:2:7: byte 0xe9 is not UTF-8"},
    {"Overlong", "a: \xc0\xaf\n", Errc::InvalidInput, "byte 0xc0 is not UTF-8"},
    {"Utf16",
     std::string("\xff\xfe"
                 "a\0:\0",
                 6),
     Errc::InvalidInput, "byte 0xff is not UTF-8"},
    {"ListAsKey", "? [a]\n: b\n", Errc::InvalidInput, "keys must be text"},
    {"AliasedListAsKey", "- &a [b]\n- *a : c\n", Errc::InvalidInput, "keys must be text"},
    {"EmptyKey", "{\"\": b}", Errc::InvalidInput, "a key is empty"},
    {"Syntax", "a:\n  - b\n c: d\n", Errc::InvalidInput, "x.yml:3:2: it is not YAML: did not find expected key"},
    {"Unclosed", "a: 'b\n", Errc::InvalidInput, "it is not YAML"},
    {"Tab", "a:\n\t- b\n", Errc::InvalidInput, "x.yml:2:1: it is not YAML"},
};

class BadYamlText : public ::testing::TestWithParam<BadYaml> {};

TEST_P(BadYamlText, IsRefusedWithPlaceAndReasonAtOnce) {
  const std::clock_t start = std::clock();
  EXPECT_TRUE(testing::fails_with(parse_yaml(GetParam().text, "x.yml"), GetParam().code, GetParam().why));
  // Processor time, so that a busy machine does not count. The promise is 100 ms; what is not optimised, with
  // sanitizers, gets more.
  EXPECT_LT(std::clock() - start, 10 * CLOCKS_PER_SEC);
}

INSTANTIATE_TEST_SUITE_P(Table, BadYamlText, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

Result<YamlDocument> parse(std::string_view text) { return parse_yaml(text, "x.yml"); }

TEST(Yaml, LeavesTextAsItIsWritten) {
  const auto document = parse("country: no\ncode: 010\nversion: 1.10\ndate: 2024-01-01\nsexagesimal: 12:30:45\n");
  ASSERT_TRUE(testing::ok(document));
  const YamlNode& root = document->root();
  EXPECT_EQ(root.find("country")->text(), "no");
  EXPECT_EQ(root.find("code")->text(), "010");
  EXPECT_EQ(root.find("version")->text(), "1.10");
  EXPECT_EQ(root.find("date")->text(), "2024-01-01");
  EXPECT_EQ(root.find("sexagesimal")->text(), "12:30:45");
}

TEST(Yaml, KnowsWhereEverythingStands) {
  const std::string text = "\xef\xbb\xbf# é\nname: caf\u00e9\nimage: 'a:1' # c\nlist: [x, \u00fcy]\n";
  const auto document = parse(text);
  ASSERT_TRUE(testing::ok(document));
  const YamlNode& image = *document->root().find("image");
  EXPECT_EQ(image.line, 3u);
  EXPECT_EQ(image.column, 8u);
  EXPECT_EQ(text.substr(image.begin, image.end - image.begin), "'a:1'");
  EXPECT_TRUE(image.quoted);
  const YamlNode& name = *document->root().find("name");
  EXPECT_EQ(text.substr(name.begin, name.end - name.begin), "caf\u00e9");
  EXPECT_FALSE(name.quoted);
  const YamlNode& last = *document->root().find("list")->items()[1];
  EXPECT_EQ(text.substr(last.begin, last.end - last.begin), "\u00fcy");
}

TEST(Yaml, TellsNullFromText) {
  const auto document = parse("[null, ~, , 'null', !!str null, '', !!str]");
  ASSERT_TRUE(testing::fails_with(document, Errc::InvalidInput, "it is not YAML"));
  const auto good = parse("- null\n- ~\n-\n- 'null'\n- !!str null\n- ''\n- !!str\n");
  ASSERT_TRUE(testing::ok(good));
  std::string kinds;
  for (const YamlNode* item : good->root().items()) kinds += item->is_null() ? 'n' : 't';
  EXPECT_EQ(kinds, "nnntttt");
}

TEST(Yaml, ReadsAliasesAndKeepsThemAlive) {
  auto document = parse("a: &x {k: v}\nb: *x\nc: [*x, *x]\n");
  ASSERT_TRUE(testing::ok(document));
  const YamlDocument moved = std::move(*document);
  EXPECT_EQ(moved.root().find("b")->find("k")->text(), "v");
  EXPECT_EQ(moved.root().find("c")->items().size(), 2u);
}

TEST(Yaml, MergesAsYaml11Does) {
  const auto document = parse(
      "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n"
      "one: {y: own, <<: *a}\nmany: {<<: [*a, *b], w: 5}\nquoted: {'<<': 1}\n");
  ASSERT_TRUE(testing::ok(document));
  const YamlNode& one = *document->root().find("one");
  EXPECT_EQ(one.entries().size(), 2u);
  EXPECT_EQ(one.find("x")->text(), "1");
  EXPECT_EQ(one.find("y")->text(), "own");
  const YamlNode& many = *document->root().find("many");
  EXPECT_EQ(many.entries().size(), 4u);
  EXPECT_EQ(many.find("y")->text(), "2");
  EXPECT_EQ(document->root().find("quoted")->find("<<")->text(), "1");
}

TEST(Yaml, TakesWhatIsHarmless) {
  for (const char* text : {"%YAML 1.1\n---\na: 1\n...\n# end\n\n...\n", "--- a\n", "# only a comment\n", "",
                           "\r\na: 1\r\n", "!!map {a: !!int 1, b: !!seq [!!bool yes]}", "a: &a 1\nb: &a 2\nc: *a\n"}) {
    EXPECT_TRUE(testing::ok(parse(text))) << text;
  }
  EXPECT_TRUE(parse("")->root().is_null());
}

TEST(Yaml, ReadsFourScalarStyles) {
  const auto document = parse("a: |\n  one\n   two\nb: >-\n  folded\n  text\nc: \"x\\ty\\u00e9\\0\"\nd: 'it''s'\n");
  ASSERT_TRUE(testing::ok(document));
  EXPECT_EQ(document->root().find("a")->text(), "one\n two\n");
  EXPECT_EQ(document->root().find("b")->text(), "folded text");
  EXPECT_EQ(document->root().find("c")->text(), std::string_view("x\tyé\0", 6));
  EXPECT_EQ(document->root().find("d")->text(), "it's");
}

struct BoolRow {
  const char* text;
  std::optional<bool> truth;
};

TEST(Yaml, ReadsBooleansAsYaml11) {
  const BoolRow rows[] = {{"true", true}, {"Yes", true},  {"ON", true},     {"false", false},
                          {"no", false},  {"off", false}, {"'true'", true}, {"\"false\"", false},
                          {"'no'", {}},   {"'on'", {}},   {"y", {}},        {"1", {}},
                          {"tRUE", {}},   {"", {}},       {"[true]", {}},   {"maybe", {}}};
  for (const BoolRow& row : rows) {
    const auto document = parse(std::string("a: ") + row.text);
    ASSERT_TRUE(testing::ok(document));
    EXPECT_EQ(as_bool(*document->root().find("a")), row.truth) << row.text;
  }
}

struct IntRow {
  const char* text;
  std::optional<std::int64_t> number;
};

TEST(Yaml, ReadsOnlyNumbersThatMeanOneThing) {
  const IntRow rows[] = {{"0", 0},
                         {"17", 17},
                         {"-1", -1},
                         {"'8'", 8},
                         {"010", {}},
                         {"1_000", {}},
                         {"0x10", {}},
                         {"1.0", {}},
                         {"", {}},
                         {"1 2", {}},
                         {"1:30", {}},
                         {"+1", {}},
                         {"9223372036854775807", INT64_MAX},
                         {"9223372036854775808", {}}};
  for (const IntRow& row : rows) {
    const auto document = parse(std::string("a: ") + row.text);
    ASSERT_TRUE(testing::ok(document));
    EXPECT_EQ(as_int(*document->root().find("a")), row.number) << row.text;
  }
}

TEST(Yaml, FileOfAHundredMegabytesIsNotEvenRead) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "huge.yml";
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(path, "a: ", 0644)));
  std::filesystem::resize_file(path, 100 << 20);
  EXPECT_TRUE(testing::fails_with(sys::read_file(path, 16 << 20), Errc::Exhausted, "larger than the limit"));
}

}  // namespace
}  // namespace berth::content
