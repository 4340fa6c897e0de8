#include "berth/app/playground.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

Json json(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(testing::ok(value));
  return value ? *std::move(value) : Json();
}

struct SetRow {
  const char* name;
  const char* before;
  const char* path;
  const char* value;
  const char* after;
};

const SetRow kSets[] = {
    {"OneName", "{}", "a", "1", R"({"a":1})"},
    {"PathIsMade", "{}", "a.b.c", "[1]", R"({"a":{"b":{"c":[1]}}})"},
    {"NeighboursStay", R"({"a":{"x":1},"z":2})", "a.b", "3", R"({"a":{"x":1,"b":3},"z":2})"},
    {"Replaces", R"({"a":{"b":1}})", "a", "null", R"({"a":null})"},
    {"ReplacesBelow", R"({"a":{"b":1}})", "a.b", R"({"c":2})", R"({"a":{"b":{"c":2}}})"},
    {"NamesAreAnyText", "{}", "a b.ä.[0].__proto__", "1", R"({"a b":{"ä":{"[0]":{"__proto__":1}}}})"},
    {"LastOfTheSameNameCounts", R"({"a":{"b":1},"a":{"c":2}})", "a.d", "3", R"({"a":{"b":1},"a":{"c":2,"d":3}})"},
    {"NoContextYet", "null", "a.b", "1", R"({"a":{"b":1}})"},
};

class SetContext : public ::testing::TestWithParam<SetRow> {};

TEST_P(SetContext, Changes) {
  Playground playground;
  playground.set_context(json(GetParam().before));
  ASSERT_TRUE(testing::ok(playground.set(GetParam().path, json(GetParam().value))));
  EXPECT_EQ(print_json(playground.context()), print_json(json(GetParam().after)));
}

INSTANTIATE_TEST_SUITE_P(Table, SetContext, ::testing::ValuesIn(kSets), [](const auto& row) { return row.param.name; });

std::string parts(int count) {
  std::string path = "p";
  for (int i = 1; i < count; ++i) path += ".p";
  return path;
}

struct RefusedRow {
  const char* name;
  std::string path;
  const char* why;
};

const RefusedRow kRefused[] = {
    {"Empty", "", "set context path '': it has an empty part"},
    {"Dot", ".", "it has an empty part"},
    {"EmptyFirst", ".a", "it has an empty part"},
    {"EmptyLast", "new.", "set context path 'new.': it has an empty part"},
    {"EmptyMiddle", "new..b", "it has an empty part"},
    {"ThroughText", "text.b", "'text' is there and is no object"},
    {"ThroughAList", "list.0.b", "'list' is there and is no object"},
    {"TooDeep", parts(65), "it has more than 64 parts"},
    {"LongIsCut", std::string(100'000, '.'), "..': it has an empty part"},
};

class RefusedPath : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(RefusedPath, SaysWhyAndChangesNothing) {
  Playground playground;
  const Json before = json(R"({"text":"t","list":[{}]})");
  playground.set_context(before);
  const auto set = playground.set(GetParam().path, 1);
  EXPECT_TRUE(testing::fails_with(set, Errc::InvalidInput, GetParam().why));
  EXPECT_LT(set.error().message().size(), 400u);
  EXPECT_EQ(playground.context(), before);
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedPath, ::testing::ValuesIn(kRefused),
                         [](const auto& row) { return row.param.name; });

TEST(Playground, TakesTheDeepestPath) {
  Playground playground;
  EXPECT_TRUE(testing::ok(playground.set(parts(64), 1)));
}

TEST(Playground, BoundsAllThatIsSet) {
  Playground playground;
  const Json large(std::string(33 << 20, 'x'));
  EXPECT_TRUE(testing::ok(playground.set("a", large)));
  EXPECT_TRUE(
      testing::fails_with(playground.set("a", large), Errc::Exhausted, "more than 64 MiB were set in this run"));
}

TEST(Playground, CountsEntries) {
  Playground playground;
  EXPECT_EQ(playground.next_entry_id(), "1@1");
  const std::string entry_id = playground.add_file("a.TAR.gz", "bytes").entry_id;
  EXPECT_EQ(entry_id, "2@1");
  EXPECT_EQ(playground.next_entry_id(), "3@1");
}

TEST(Playground, FindsFilesByEntryAndFileId) {
  Playground playground;
  EXPECT_EQ(playground.find_file("1@1"), nullptr);
  EXPECT_EQ(playground.find_file(""), nullptr);
  playground.add_file("one", "first");
  playground.add_file("one", "second");
  const HeldFile* file = playground.find_file("2@1");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->bytes, "second");
  EXPECT_EQ(playground.find_file(file->file_id), file);
  EXPECT_EQ(file->stored_name(), "1_" + file->file_id);
  EXPECT_EQ(playground.find_file(file->stored_name()), nullptr);
}

TEST(Playground, TellsOfItsFiles) {
  Playground playground;
  EXPECT_EQ(playground.file_context(), Json::array());
  playground.add_file("report.tar.gz", "abc");
  playground.add_file(".hidden", "");
  EXPECT_EQ(playground.file_context(), json(R"([{"Name":"report.tar.gz","Size":3,"EntryID":"1@1",
                      "SHA256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","Extension":"gz"},
                     {"Name":".hidden","Size":0,"EntryID":"2@1",
                      "SHA256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","Extension":""}])"));
}

}  // namespace
}  // namespace berth::app
