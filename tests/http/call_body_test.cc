#include "berth/http/call_body.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::http {
namespace {

TEST(CallBody, IsReadWhole) {
  const auto body = parse_call_body(Verb::Run, R"({
    "item": {"path": "/a/b.py", "descriptor": 1}, "command": "c", "arguments": ["a=b", "bare"],
    "parameters": [{"name": "p", "value": "v"}, {"name": "q", "value": "w", "source": "file"}],
    "parameters_file": {"r": 1}, "image": "i", "timeout": "5s", "memory": "1m", "cpus": "2", "pids": "3",
    "network": "none", "allow_unlimited": true, "debug": true, "trace": true, "files_wanted": true,
    "investigation": "7", "incident": {"id": "1"}, "context": {"x": 2},
    "files": [{"name": "f", "descriptor": 0}], "events": ["frame"], "settings": "s", "begun_ns": 12})",
                                    2);
  ASSERT_TRUE(testing::ok(body));
  EXPECT_EQ(body->item.path, "/a/b.py");
  EXPECT_EQ(body->item.descriptor, 1u);
  EXPECT_EQ(body->command, "c");
  EXPECT_EQ(body->arguments, (std::vector<std::string>{"a=b", "bare"}));
  const std::vector<content::Assignment> parameters = {{"p", "v", content::ValueSource::Inline},
                                                       {"q", "w", content::ValueSource::File}};
  EXPECT_EQ(body->parameters, parameters);
  EXPECT_EQ(body->parameters_file, Json::object().set("r", 1));
  EXPECT_EQ(body->image + body->timeout + body->memory + body->cpus + body->pids + body->network, "i5s1m23none");
  EXPECT_TRUE(body->allow_unlimited && body->debug && body->trace && body->files_wanted);
  EXPECT_EQ(body->investigation, "7");
  EXPECT_EQ(body->incident, Json::object().set("id", "1"));
  EXPECT_EQ(body->context, Json::object().set("x", 2));
  ASSERT_EQ(body->files.size(), 1u);
  EXPECT_EQ(body->files[0].name, "f");
  EXPECT_TRUE(body->wants("frame"));
  EXPECT_FALSE(body->wants("entry"));
  EXPECT_EQ(body->settings, "s");
  EXPECT_EQ(body->begun_ns, 12);
}

TEST(CallBody, OfALineHasALine) {
  const auto body = parse_call_body(Verb::Exec, R"({"line": "!Print value=x", "poll": true, "image": null})", 0);
  ASSERT_TRUE(testing::ok(body));
  EXPECT_EQ(body->line, "!Print value=x");
  EXPECT_TRUE(body->poll);
  EXPECT_EQ(body->image, "");
}

TEST(CallBody, TakesCodeThatIsEmpty) {
  const auto body = parse_call_body(Verb::Run, R"({"item": {"code": ""}})", 0);
  ASSERT_TRUE(testing::ok(body));
  EXPECT_EQ(body->item.code, "");
}

struct BadRow {
  const char* name;
  Verb verb;
  const char* text;
  const char* why;
};

const BadRow kBad[] = {
    {"NoJson", Verb::Run, "item", "read the body"},
    {"NoObject", Verb::Run, "[]", "no JSON object"},
    {"Empty", Verb::Run, "{}", "'item' is missing"},
    {"NoLine", Verb::Exec, "{}", "'line' is missing"},
    {"UnknownKey", Verb::Run, R"({"itm": {}})", "no key 'itm'; did you mean 'item'?"},
    {"KeyOfTheOtherVerb", Verb::Exec, R"({"line": "x", "item": {}})", "no key 'item'"},
    {"NumberForText", Verb::Run, R"({"image": 1})", "'image': it must be a text"},
    {"TextWithNul", Verb::Run, R"({"image": "a\u0000b"})", "without NUL"},
    {"TextForTruth", Verb::Run, R"({"debug": "yes"})", "'debug': it must be true or false"},
    {"ItemOfNothing", Verb::Run, R"({"item": {"label": "x"}})", "one of 'path', 'name' and 'code'"},
    {"ItemOfTwo", Verb::Run, R"({"item": {"name": "x", "code": "y"}})", "one of 'path', 'name' and 'code'"},
    {"RelativePath", Verb::Run, R"({"item": {"path": "a", "descriptor": 0}})", "absolute path"},
    {"PathAlone", Verb::Run, R"({"item": {"path": "/a"}})", "did not come along"},
    {"DescriptorThatIsNotThere", Verb::Run, R"({"item": {"path": "/a", "descriptor": 1}})", "one of the 1 descriptors"},
    {"NegativeDescriptor", Verb::Run, R"({"item": {"path": "/a", "descriptor": -1}})", "one of the 1 descriptors"},
    {"ParameterWithoutName", Verb::Run, R"({"item": {"name": "x"}, "parameters": [{"value": "y"}]})", "no name"},
    {"SourceThatIsNone", Verb::Run, R"({"parameters": [{"name": "x", "source": "net"}]})", "'source'"},
    {"ContextOfText", Verb::Run, R"({"context": "x"})", "'context': it must be an object"},
    {"FileWithPath", Verb::Run, R"({"item": {"name": "x"}, "files": [{"name": "a/b", "descriptor": 0}]})", "is a path"},
    {"TimeOfText", Verb::Run, R"({"begun_ns": "x"})", "whole number"},
};

class BadCallBody : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadCallBody, IsRefusedWithReason) {
  EXPECT_TRUE(
      testing::fails_with(parse_call_body(GetParam().verb, GetParam().text, 1), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadCallBody, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(ResetBody, NamesAnItemOrNone) {
  EXPECT_EQ(*parse_reset_body(R"({"item": "Print"})"), "Print");
  for (const char* text : {"", "{}", R"({"item": null})", R"({"item": ""})"}) {
    const auto item = parse_reset_body(text);
    ASSERT_TRUE(testing::ok(item)) << text;
    EXPECT_FALSE(*item) << text;
  }
  EXPECT_TRUE(testing::fails_with(parse_reset_body("[]"), Errc::InvalidInput, "no JSON object"));
  EXPECT_TRUE(testing::fails_with(parse_reset_body("{"), Errc::InvalidInput, "read the body"));
  EXPECT_TRUE(testing::fails_with(parse_reset_body(R"({"itm": "x"})"), Errc::InvalidInput, "did you mean 'item'"));
}

}  // namespace
}  // namespace berth::http
