#include "berth/cli/entry_view.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::cli {
namespace {

struct Row {
  const char* name;
  std::string entry;
  std::string golden;
  EntryView view = {};
};

const Row kRows[] = {
    {"Text", R"({"Type":1,"ContentsFormat":"text","Contents":"*not* markdown\n"})", "note\n*not* markdown\n"},
    {"Error", R"({"Type":4,"ContentsFormat":"text","Contents":"bad"})", "error\nbad\n"},
    {"Warning", R"({"Type":11,"ContentsFormat":"text","Contents":"careful"})", "warning\ncareful\n"},
    {"Debug", R"({"Type":16,"ContentsFormat":"text","Contents":"x"})", "debug\nx\n"},
    {"UnknownType", R"({"Type":99,"ContentsFormat":"text","Contents":"x"})", "entry\nx\n"},
    {"TypeIsText", R"({"Type":"4","Contents":"x"})", "entry\nx\n"},
    {"Readable", R"({"Type":1,"ContentsFormat":"json","Contents":{"a":1},"HumanReadable":"**a**"})", "note\na\n"},
    {"ReadableAsText", R"({"Type":1,"HumanReadable":"**a**","ReadableContentsFormat":"text"})", "note\n**a**\n"},
    {"ReadableEmpty", R"({"Type":1,"Contents":"x","ContentsFormat":"text","HumanReadable":""})", "note\nx\n"},
    {"Markdown", R"({"Type":1,"ContentsFormat":"markdown","Contents":"- a"})", "note\n• a\n"},
    {"Json", R"({"Type":1,"ContentsFormat":"json","Contents":{"a":[1,{}],"é":"\u001b"}})",
     "note\n{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"é\": \"\\u001b\"\n}\n"},
    {"JsonText", R"({"Type":1,"ContentsFormat":"json","Contents":"[NaN, 1e30]"})", "note\n[\n  NaN,\n  1e30\n]\n"},
    {"JsonTextIsNone", R"({"Type":1,"ContentsFormat":"json","Contents":"{a"})", "note\n{a\n"},
    {"Table", R"({"Type":1,"ContentsFormat":"table","Contents":[{"a":1,"b":"x"},{"b":["y","z"],"c":{"d":null}}]})",
     "note\n"
     "a │ b │ c\n"
     "──┼───┼────────────\n"
     "1 │ x\n"
     "──┼───┼────────────\n"
     "  │ y │ {\"d\": null}\n"
     "  │ z\n"},
    {"TableOfOne", R"({"Type":1,"ContentsFormat":"table","Contents":{"a":1,"b":true}})",
     "note\nKey │ Value\n────┼──────\na   │ 1\nb   │ true\n"},
    {"TableText", R"({"Type":1,"ContentsFormat":"table","Contents":"[{\"a\":1}]"})", "note\na\n─\n1\n"},
    {"TableOfScalars", R"({"Type":1,"ContentsFormat":"table","Contents":[1,2]})", "note\n[\n  1,\n  2\n]\n"},
    {"TableEmpty", R"({"Type":1,"ContentsFormat":"table","Contents":[]})", "note\n[]\n"},
    {"Html",
     R"({"Type":1,"ContentsFormat":"html","Contents":"<p>a &lt;b&gt; <a href='u'>l</a></p><script>x</script>"})",
     "note\na <b> l (u)\n[script, 1 bytes]\n"},
    {"HtmlTable",
     R"({"Type":1,"ContentsFormat":"html","Contents":"<table><tr><td>a</td><td>b</td></tr></table>1 < 2"})",
     "note\na  b\n1 < 2\n"},
    {"HtmlUnfinished", R"({"Type":1,"ContentsFormat":"html","Contents":"a <b <!-- c"})", "note\na <b <!-- c\n"},
    {"HtmlHostile", R"({"Type":1,"ContentsFormat":"html","Contents":"&#27;[31m\u202e<a href='\u001b]8'>x</a>"})",
     "note\n\\x1b[31m\\u202ex (\\x1b]8)\n"},
    {"File",
     R"({"Type":3,"File":"a.csv","FileID":"u","Contents":"","ContentsFormat":"text"})",
     "file a.csv, 12.0 KiB\n",
     {.file_bytes = 12288}},
    {"FileMetadata", R"({"Type":9,"File":"a\n\u001b","FileMetadata":{"size":17}})", "info file a \\x1b, 17 B\n"},
    {"FileWithoutName", R"({"Type":3})", "file without a name\n"},
    {"From", R"({"Type":1,"ModuleName":"vt_1","Brand":"VT","Contents":"x","Tags":["t"]})",
     "note from vt_1 [\"t\"]\nx\n"},
    {"ContextHidden", R"({"Type":1,"Contents":"x","EntryContext":{"A":1}})", "note\nx\n"},
    {"Context",
     R"JSON({"Type":1,"Contents":"x","EntryContext":{"A(val.B==obj.B)":{"B":1}}})JSON",
     "note\nx\ncontext\n{\n  \"A(val.B==obj.B)\": {\n    \"B\": 1\n  }\n}\n",
     {.with_context = true}},
    {"ContentsNull", R"({"Type":1,"Contents":null,"ContentsFormat":"text"})", "note\n"},
    {"ContentsNumber", R"({"Type":1,"Contents":7,"ContentsFormat":"text"})", "note\n7\n"},
    {"ContentsObject", R"({"Type":1,"Contents":{"a":1},"ContentsFormat":"text"})", "note\n{\n  \"a\": 1\n}\n"},
    {"FormatIsNoText", R"({"Type":1,"Contents":"x","ContentsFormat":[1]})", "note\nx\n"},
    {"EntryIsText", R"("plain")", "plain\n"},
    {"EntryIsNull", "null", "null\n"},
    {"EntryIsList", R"([{"Type":1}])", "[\n  {\n    \"Type\": 1\n  }\n]\n"},
    {"Hostile", R"({"Type":1,"Contents":"\u001b]52;c;eA==\u0007\u009b2J\u202e","ContentsFormat":"text"})",
     "note\n\\x1b]52;c;eA==\\x07\\x9b2J\\u202e\n"},
};

class Entry : public ::testing::TestWithParam<Row> {};
TEST_P(Entry, IsRendered) {
  const auto entry = parse_json(GetParam().entry);
  ASSERT_TRUE(testing::ok(entry));
  EXPECT_EQ(render_entry(*entry, {.width = 60}, GetParam().view), GetParam().golden);
}
INSTANTIATE_TEST_SUITE_P(Table, Entry, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(EntryInColour, AnErrorIsRed) {
  const Json entry(Json::Object{{"Type", 4}, {"Contents", "bad"}, {"ContentsFormat", "text"}});
  EXPECT_EQ(render_entry(entry, {.width = 60, .colour = true}), "\x1b[1;31merror\x1b[0m\n\x1b[31mbad\x1b[0m\n");
}

}  // namespace
}  // namespace berth::cli
