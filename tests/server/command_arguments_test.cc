#include "berth/server/command_arguments.h"

#include <gmock/gmock.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using ::testing::ElementsAreArray;
using testing::fails_with;
using testing::json;
using testing::ok;

constexpr const char* kArgs = R"({"text": "t", "empty": "", "none": null, "int": 5, "float": 0.5, "true": true,
  "list": ["a", 1, null, {"b": 2}], "object": {"a": [1]}})";

struct TextRow {
  const char* name;
  const char* text;
};

const TextRow kTexts[] = {
    {"text", "t"},
    {"empty", ""},
    {"none", ""},
    {"missing", ""},
    {"int", "5"},
    {"float", "0.5"},
    {"true", "true"},
    {"list", R"(["a", 1, null, {"b": 2}])"},
    {"object", R"({"a": [1]})"},
};

class ArgumentText : public ::testing::TestWithParam<TextRow> {};

TEST_P(ArgumentText, IsAsJsonWritesIt) {
  const Json args = json(kArgs);
  const CommandArguments arguments("c", args);
  EXPECT_EQ(arguments.text(GetParam().name), GetParam().text);
  const auto needed = arguments.needed_text(GetParam().name);
  if (std::string_view(GetParam().text).empty()) {
    EXPECT_TRUE(fails_with(needed, Errc::InvalidInput,
                           "command 'c': argument '" + std::string(GetParam().name) + "' is missing"));
  } else {
    EXPECT_EQ(*needed, GetParam().text);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, ArgumentText, ::testing::ValuesIn(kTexts),
                         [](const auto& row) { return row.param.name; });

TEST(CommandArguments, HoldsNothingThatIsNoObject) {
  for (const Json& args : {Json(), Json("text"), Json::array(), Json(1)}) {
    const CommandArguments arguments("c", args);
    EXPECT_EQ(arguments.find("a"), nullptr);
    EXPECT_EQ(arguments.text("a"), "");
    EXPECT_TRUE(arguments.texts("a").empty());
    EXPECT_EQ(arguments.value("a"), Json());
    EXPECT_EQ(arguments.others({}), Json::object());
  }
}

struct FlagRow {
  const char* name;
  const char* value;
  std::optional<bool> flag;  // empty: refused
};

const FlagRow kFlags[] = {
    {"True", "true", true},
    {"TrueText", R"("true")", true},
    {"Yes", R"("YES")", true},
    {"False", "false", false},
    {"FalseText", R"("False")", false},
    {"No", R"("no")", false},
    {"Null", "null", true},
    {"EmptyText", R"("")", true},
    {"One", "1", std::nullopt},
    {"Text", R"("maybe")", std::nullopt},
    {"List", "[true]", std::nullopt},
};

class ArgumentFlag : public ::testing::TestWithParam<FlagRow> {};

TEST_P(ArgumentFlag, IsTrueOrFalse) {
  const Json args = Json::object().set("f", json(GetParam().value));
  const auto flag = CommandArguments("c", args).flag("f", true);
  if (GetParam().flag) {
    ASSERT_TRUE(ok(flag));
    EXPECT_EQ(*flag, *GetParam().flag);
  } else {
    EXPECT_TRUE(fails_with(flag, Errc::InvalidInput, "command 'c': argument 'f' is neither true nor false"));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, ArgumentFlag, ::testing::ValuesIn(kFlags),
                         [](const auto& row) { return row.param.name; });

struct NumberRow {
  const char* name;
  const char* value;
  std::optional<std::int64_t> number;  // empty: refused
};

const NumberRow kNumbers[] = {
    {"Least", "1", 1},
    {"Most", R"("100")", 100},
    {"Null", "null", 7},
    {"EmptyText", R"("")", 7},
    {"TooSmall", "0", std::nullopt},
    {"TooLarge", "101", std::nullopt},
    {"FarTooLarge", R"("99999999999999999999")", std::nullopt},
    {"Negative", "-1", std::nullopt},
    {"Fraction", "1.5", std::nullopt},
    {"TextBehind", R"("5x")", std::nullopt},
    {"BlankBefore", R"(" 5")", std::nullopt},
    {"PlusSign", R"("+5")", std::nullopt},
    {"True", "true", std::nullopt},
};

class ArgumentNumber : public ::testing::TestWithParam<NumberRow> {};

TEST_P(ArgumentNumber, KeepsToItsBounds) {
  const Json args = Json::object().set("n", json(GetParam().value));
  const auto number = CommandArguments("c", args).number("n", 7, 1, 100);
  if (GetParam().number) {
    ASSERT_TRUE(ok(number));
    EXPECT_EQ(*number, *GetParam().number);
  } else {
    EXPECT_TRUE(fails_with(number, Errc::InvalidInput, "argument 'n' is no whole number from 1 to 100"));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, ArgumentNumber, ::testing::ValuesIn(kNumbers),
                         [](const auto& row) { return row.param.name; });

struct TextsRow {
  const char* name;
  const char* value;
  std::vector<std::string> texts;
};

const TextsRow kLists[] = {
    {"Nothing", "null", {}},
    {"List", R"(["a", 1, {"b": 2}, " c "])", {"a", "1", R"({"b": 2})", " c "}},
    {"Commas", R"("a, b ,c")", {"a", "b", "c"}},
    {"JsonList", R"("[\"a,b\", \"c\"]")", {"a,b", "c"}},
    {"One", R"("a")", {"a"}},
    {"Number", "5", {"5"}},
    {"EmptyList", "[]", {}},
};

class ArgumentTexts : public ::testing::TestWithParam<TextsRow> {};

TEST_P(ArgumentTexts, AreItsElements) {
  const Json args = Json::object().set("l", json(GetParam().value));
  EXPECT_THAT(CommandArguments("c", args).texts("l"), ElementsAreArray(GetParam().texts));
}

INSTANTIATE_TEST_SUITE_P(Table, ArgumentTexts, ::testing::ValuesIn(kLists),
                         [](const auto& row) { return row.param.name; });

struct ValueRow {
  const char* name;
  const char* given;
  const char* value;
};

const ValueRow kValues[] = {
    {"Text", R"("t")", R"("t")"},
    {"Number", "5", "5"},
    {"NumberInTextStaysText", R"("5")", R"("5")"},
    {"Object", R"({"a": 1})", R"({"a": 1})"},
    {"ObjectInText", R"(" {\"a\": 1}")", R"({"a": 1})"},
    {"ListInText", R"("[1, 2]")", "[1, 2]"},
    {"BrokenJsonStaysText", R"("[1, 2")", R"("[1, 2")"},
    {"Null", "null", "null"},
};

class ArgumentValue : public ::testing::TestWithParam<ValueRow> {};

TEST_P(ArgumentValue, ReadsObjectsAndListsInText) {
  const Json args = Json::object().set("v", json(GetParam().given));
  EXPECT_EQ(CommandArguments("c", args).value("v"), json(GetParam().value));
}

INSTANTIATE_TEST_SUITE_P(Table, ArgumentValue, ::testing::ValuesIn(kValues),
                         [](const auto& row) { return row.param.name; });

TEST(CommandArguments, GivesTheOthersInTheirOrder) {
  const Json args = json(R"({"z": 1, "id": "7", "a": "x", "none": null})");
  EXPECT_EQ(print_json(CommandArguments("c", args).others({"id"})), R"({"z": 1, "a": "x"})");
}

}  // namespace
}  // namespace berth::server
