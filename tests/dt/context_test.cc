// What entries do to a context.
#include "berth/dt/context.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <iterator>

#include "berth/dt/json_size.h"
#include "berth/dt/local_script.h"
#include "berth/dt/merge.h"
#include "tests/support/result_matchers.h"

namespace berth::dt {
namespace {

struct Row {
  const char* name;
  const char* context;
  const char* key;
  const char* value;
  const char* result;
};

constexpr const char* kById = "A(val.Id && val.Id == obj.Id)";

const Row kRows[] = {
    // Without a condition.
    {"New", "{}", "A", R"("x")", R"({"A": "x"})"},
    {"NewObject", "{}", "A", R"({"k": 1})", R"({"A": {"k": 1}})"},
    {"NewList", "{}", "A", "[1, 2]", R"({"A": [1, 2]})"},
    {"NewListOfOne", "{}", "A", "[1]", R"({"A": [1]})"},
    {"NewDeep", "{}", "A.B.C", "1", R"({"A": {"B": {"C": 1}}})"},
    {"ValueBecomesList", R"({"A": 1})", "A", "2", R"({"A": [1, 2]})"},
    {"ObjectBecomesList", R"({"A": {"k": 1}})", "A", R"({"k": 2})", R"({"A": [{"k": 1}, {"k": 2}]})"},
    {"Appended", R"({"A": [1, 2]})", "A", "3", R"({"A": [1, 2, 3]})"},
    {"ListAppended", R"({"A": [1]})", "A", "[2, 3]", R"({"A": [1, 2, 3]})"},
    {"ListAppendedToValue", R"({"A": 1})", "A", "[2, 3]", R"({"A": [1, 2, 3]})"},
    {"SameAgain", R"({"A": 1})", "A", "1", R"({"A": [1, 1]})"},
    {"ToEmptyList", R"({"A": []})", "A", "1", R"({"A": [1]})"},
    {"ToNull", R"({"A": null})", "A", "1", R"({"A": 1})"},
    {"ToEmptyText", R"({"A": ""})", "A", "1", R"({"A": ["", 1]})"},
    {"Null", R"({"A": 1})", "A", "null", R"({"A": 1})"},
    {"NullNew", "{}", "A", "null", "{}"},
    {"EmptyList", R"({"A": 1})", "A", "[]", R"({"A": 1})"},
    {"Beside", R"({"A": {"B": 1}})", "A.C", "2", R"({"A": {"B": 1, "C": 2}})"},
    {"BelowNull", R"({"A": null})", "A.B", "1", R"({"A": {"B": 1}})"},
    {"BelowList", R"({"A": [{"B": 1}, {"C": 2}]})", "A.B", "3", R"({"A": [{"B": 1}, {"C": 2, "B": 3}]})"},
    {"BelowEmptyList", R"({"A": []})", "A.B", "1", R"({"A": [{"B": 1}]})"},
    {"QuotedName", "{}", "['a.b'].c", "1", R"({"a.b": {"c": 1}})"},
    {"OddName", "{}", "a-b: c", "1", R"({"a-b: c": 1})"},
    // Overwriting.
    {"Overwritten", R"({"A": [1, 2]})", "A(true)", "3", R"({"A": 3})"},
    {"OverwrittenByList", R"({"A": {"k": 1}})", "A(true)", "[3]", R"({"A": [3]})"},
    {"OverwrittenByNull", R"({"A": 1})", "A(true)", "null", R"({"A": null})"},
    {"OverwrittenNew", "{}", "A.B(true)", R"({"k": 1})", R"({"A": {"B": {"k": 1}}})"},
    {"OverwrittenBelow", R"({"A": {"B": 1, "C": 2}})", "A.B( true )", "[]", R"({"A": {"B": [], "C": 2}})"},
    // By key.
    {"KeyNew", "{}", kById, R"({"Id": 1})", R"({"A": {"Id": 1}})"},
    {"KeyNewList", "{}", kById, R"([{"Id": 1}, {"Id": 2}])", R"({"A": [{"Id": 1}, {"Id": 2}]})"},
    {"KeyMatches", R"({"A": [{"Id": 1, "x": 1}, {"Id": 2}]})", kById, R"({"Id": 1, "y": 2})",
     R"({"A": [{"Id": 1, "x": 1, "y": 2}, {"Id": 2}]})"},
    {"KeyOverwritesMembers", R"({"A": [{"Id": 1, "x": [1]}]})", kById, R"({"Id": 1, "x": [2]})",
     R"({"A": [{"Id": 1, "x": [2]}]})"},
    {"KeyMatchesOnlyValue", R"({"A": {"Id": 1, "x": 1}})", kById, R"({"Id": 1, "y": 2})",
     R"({"A": {"Id": 1, "x": 1, "y": 2}})"},
    {"KeyMatchesOnlyValueByList", R"({"A": {"Id": 1, "x": 1}})", kById, R"([{"Id": 1, "y": 2}])",
     R"({"A": {"Id": 1, "x": 1, "y": 2}})"},
    {"KeyAppended", R"({"A": {"Id": 1}})", kById, R"({"Id": 2})", R"({"A": [{"Id": 1}, {"Id": 2}]})"},
    {"KeyEach", R"({"A": [{"Id": 1}, {"Id": 2}]})", kById, R"([{"Id": 2, "x": 1}, {"Id": 3}, {"Id": 3, "x": 2}])",
     R"({"A": [{"Id": 1}, {"Id": 2, "x": 1}, {"Id": 3, "x": 2}]})"},
    {"KeyTwiceInList", "{}", kById, R"([{"Id": 1, "x": 1}, {"Id": 1, "y": 2}])",
     R"({"A": [{"Id": 1, "x": 1, "y": 2}]})"},
    {"KeyEveryMatch", R"({"A": [{"Id": 1}, {"Id": 2}, {"Id": 1}]})", kById, R"({"Id": 1, "x": 1})",
     R"({"A": [{"Id": 1, "x": 1}, {"Id": 2}, {"Id": 1, "x": 1}]})"},
    {"KeyNumberIsText", R"({"A": [{"Id": "1"}]})", kById, R"({"Id": 1, "x": 1})", R"({"A": [{"Id": 1, "x": 1}]})"},
    {"KeyTextIsNotText", R"({"A": [{"Id": "1"}]})", kById, R"({"Id": "1.0"})",
     R"({"A": [{"Id": "1"}, {"Id": "1.0"}]})"},
    {"KeyStrict", R"({"A": [{"Id": "1"}]})", "A(val.Id === obj.Id)", R"({"Id": 1})",
     R"({"A": [{"Id": "1"}, {"Id": 1}]})"},
    {"KeyMissing", R"({"A": [{"Id": 1}, {"x": 1}]})", kById, R"({"x": 2})",
     R"({"A": [{"Id": 1}, {"x": 1}, {"x": 2}]})"},
    {"KeyMissingInBoth", R"({"A": [{"x": 1}]})", "A(val.Id == obj.Id)", R"({"x": 2})", R"({"A": [{"x": 2}]})"},
    {"KeyAmongUnlike", R"({"A": [null, 1, "x", [1], {"Id": 1}]})", kById, R"({"Id": 1, "x": 1})",
     R"({"A": [null, 1, "x", [1], {"Id": 1, "x": 1}]})"},
    {"KeyIsList", R"({"A": [{"Id": ["x"]}]})", kById, R"({"Id": "x", "y": 1})", R"({"A": [{"Id": "x", "y": 1}]})"},
    {"KeyDeep", R"({"A": {"B": [{"Id": 1}]}})", "A.B(val.Id == obj.Id)", R"({"Id": 1, "x": 1})",
     R"({"A": {"B": [{"Id": 1, "x": 1}]}})"},
    {"KeysTwo", R"({"A": [{"I": 1, "V": "a"}, {"I": 1, "V": "b"}]})",
     "A(val.I && val.I == obj.I && val.V && val.V == obj.V)", R"({"I": 1, "V": "b", "x": 1})",
     R"({"A": [{"I": 1, "V": "a"}, {"I": 1, "V": "b", "x": 1}]})"},
    {"NoObjectReplaces", R"({"A": [1, 2]})", "A(val == obj)", "2", R"({"A": [1, 2]})"},
    {"NoObjectAppended", R"({"A": [1, 2]})", "A(val == obj)", "3", R"({"A": [1, 2, 3]})"},
    {"ByEngine", R"({"A": [{"n": "Web"}]})", "A(val.n.toLowerCase() == obj.n.toLowerCase())", R"({"n": "WEB", "x": 1})",
     R"({"A": [{"n": "WEB", "x": 1}]})"},
    {"ByEngineNone", R"({"A": [{"n": "Web"}]})", "A(val.n.toLowerCase() == obj.n.toLowerCase())", R"({"n": "db"})",
     R"({"A": [{"n": "Web"}, {"n": "db"}]})"},
    {"NeverMatches", R"({"A": {"Id": 1}})", "A(false)", R"({"Id": 1})", R"({"A": [{"Id": 1}, {"Id": 1}]})"},
    // A condition on the way.
    {"ParentChosen", R"({"A": [{"Id": 1}, {"Id": 2}]})", "A(val.Id == obj.Id).B", R"({"Id": 2, "x": 1})",
     R"({"A": [{"Id": 1}, {"Id": 2, "B": {"Id": 2, "x": 1}}]})"},
    {"ParentNone", R"({"A": {"Id": 1}})", "A(val.Id == obj.Id).B", R"({"Id": 2})",
     R"({"A": [{"Id": 1}, {"B": {"Id": 2}}]})"},
    {"ParentAll", R"({"A": [{"Id": 1}, {"Id": 2}]})", "A(true).B", "1",
     R"({"A": [{"Id": 1, "B": 1}, {"Id": 2, "B": 1}]})"},
    {"ParentAndKey", R"({"A": [{"P": 1, "B": [{"Id": 1}]}]})", "A(val.P == obj.P).B(val.Id == obj.Id)",
     R"({"P": 1, "Id": 1, "x": 1})", R"({"A": [{"P": 1, "B": [{"Id": 1, "P": 1, "x": 1}]}]})"},
    {"ParentOverwritten", R"({"A": [{"P": 1, "B": [1, 2]}]})", "A(val.P == 1).B(true)", "[3]",
     R"({"A": [{"P": 1, "B": [3]}]})"},
};

class Merging : public ::testing::TestWithParam<Row> {};

TEST_P(Merging, ChangesTheContext) {
  const Row& row = GetParam();
  LocalScript script;
  Context context(*parse_json(row.context));
  ASSERT_TRUE(testing::ok(context.merge(row.key, *parse_json(row.value), script)));
  EXPECT_EQ(print_json(context.root()), print_json(*parse_json(row.result)));
}

INSTANTIATE_TEST_SUITE_P(Table, Merging, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(MergingTable, IsAsLongAsPromised) { EXPECT_GE(std::size(kRows), 40u); }

struct Bad {
  const char* name;
  std::string key;
  Errc code;
  const char* why;
};

const Bad kBad[] = {
    {"Empty", "", Errc::InvalidInput,
     "merge into the context under '': read the expression '': at byte 0: it is empty"},
    {"Root", ".", Errc::InvalidInput, "it names nothing to write to"},
    {"Index", "a.b[0].c", Errc::InvalidInput, "an index has no place"},
    {"Dots", "a.b[0]..", Errc::InvalidInput, "a name is missing"},
    {"Slice", "a[0:1]", Errc::InvalidInput, "an index has no place"},
    {"Mutator", "a=val", Errc::InvalidInput, "a mutator has no place"},
    {"OnlyCondition", "(val.x)", Errc::InvalidInput, "a name must stand in front of each condition"},
    {"TwoConditions", "a(val.x)(val.y)", Errc::InvalidInput, "a name must stand in front of each condition"},
    {"Bind", "a(val.x == val1---b)", Errc::InvalidInput, "'val1' is bound to a path"},
    {"ThroughText", "Text.b", Errc::InvalidInput, "'b' would be a member of a value that is no object"},
    {"NoJavaScript", "List(val ===)", Errc::InvalidInput, "evaluate 'val ===': SyntaxError"},
    {"TooDeep",
     [] {
       std::string path = "a";
       for (int i = 1; i < 64; ++i) path += ".a";
       return path;
     }(),
     Errc::Exhausted, "more than 128 deep"},
};

class BadMerge : public ::testing::TestWithParam<Bad> {};

TEST_P(BadMerge, IsRefusedAndChangesNothing) {
  LocalScript script;
  const Json before = *parse_json(R"({"Text": "x", "List": [1]})");
  Json context = before;
  EXPECT_TRUE(testing::fails_with(merge(context, GetParam().key, Json(Json::Object{{"k", 1}}), script), GetParam().code,
                                  GetParam().why));
  EXPECT_EQ(context, before);
}

INSTANTIATE_TEST_SUITE_P(Table, BadMerge, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(Context, MergesAWholeEntryContext) {
  LocalScript script;
  Context context;
  const Json entry = *parse_json(R"json({"A(val.Id == obj.Id)": {"Id": 1}, "B": 2, "B.C": 3})json");
  EXPECT_TRUE(testing::fails_with(context.merge_all(entry, script), Errc::InvalidInput, "under 'B.C'"));
  EXPECT_EQ(print_json(context.root()), R"({"A": {"Id": 1}, "B": 2})")
      << "what came before the one that cannot be, stays";
  EXPECT_TRUE(testing::fails_with(context.merge_all(Json(1), script), Errc::InvalidInput, "no object"));
}

TEST(Context, SetsPaths) {
  Context context(*parse_json(R"({"A": [1], "T": "x"})"));
  ASSERT_TRUE(testing::ok(context.set("A", Json(2))));
  ASSERT_TRUE(testing::ok(context.set("B.C", *parse_json("[1, 2]"))));
  ASSERT_TRUE(testing::ok(context.set("B.C", Json())));
  EXPECT_EQ(print_json(context.root()), R"({"A": 2, "T": "x", "B": {"C": null}})");
  EXPECT_TRUE(testing::fails_with(context.set("T.x", 1), Errc::InvalidInput, "set the context path 'T.x'"));
  EXPECT_TRUE(testing::fails_with(context.set("A(true)", 1), Errc::InvalidInput, "a condition has no place"));
  EXPECT_TRUE(testing::fails_with(context.set("a.b[0]..", 1), Errc::InvalidInput, "a name is missing"));
}

TEST(Context, KnowsItsSize) {
  LocalScript script;
  Context context(*parse_json(R"({"A": [{"Id": 1, "x": "long text"}, {"Id": 2}], "B": {"C": 1}})"));
  const Json entry = *parse_json(R"json({"A(val.Id == obj.Id)": [{"Id": 1, "x": 2}, {"Id": 3, "y": [1, 2]}],
      "B.D": "new", "B.C(true)": {"k": null}, "A": 7, "E(val.x)": [1, 2], "F": 1})json");
  for (const auto& [key, value] : *entry.as_object()) {
    ASSERT_TRUE(testing::ok(context.merge(key, value, script)));
    EXPECT_EQ(context.bytes(), json_bytes(context.root())) << key;
  }
}

TEST(Context, IsBounded) {
  LocalScript script;
  Context context(Json::object(), {.bytes = 10'000, .members = 5});
  EXPECT_TRUE(testing::fails_with(context.merge("A", Json(std::string(20'000, 'x')), script), Errc::Exhausted,
                                  "larger than 10000 bytes"));
  EXPECT_EQ(context.root(), Json::object());
  const Json piece(std::string(1000, 'x'));
  int done = 0;
  while (done < 100 && context.merge("A", piece, script).has_value()) ++done;
  EXPECT_EQ(done, 9);
  EXPECT_TRUE(testing::ok(context.set("A", Json())));
  EXPECT_TRUE(testing::ok(context.merge("A", piece, script))) << "there is room again";
  for (const char* name : {"B", "C", "D", "E"}) EXPECT_TRUE(testing::ok(context.set(name, 1)));
  EXPECT_TRUE(testing::fails_with(context.set("F", 1), Errc::Exhausted, "more than 5 members"));
  // Each new value would be put into every element.
  Context many(Json::object(), {.bytes = 10'000});
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(testing::ok(many.merge("A", Json(Json::Object{{"k", i}}), script)));
  EXPECT_TRUE(testing::fails_with(many.merge("A(val.k >= 0)", Json(Json::Object{{"x", piece}}), script),
                                  Errc::Exhausted, "larger than 10000 bytes"));
}

TEST(Context, SetsAllOrNothing) {
  Json root = *parse_json(R"({"A": {"B": 1}, "L": [], "N": null, "Five": {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}})");
  Context context(root, {.bytes = 300, .members = 5});
  const std::size_t bytes = context.bytes();
  const Json huge(std::string(290, 'x'));
  EXPECT_TRUE(testing::fails_with(context.set("A.B.C.D", 1), Errc::InvalidInput, "'C' would be a member"));
  EXPECT_TRUE(testing::fails_with(context.set("Five.f.g", 1), Errc::Exhausted, "more than 5 members"));
  for (const char* path : {"New.X.Y", "L.X.Y", "N.X.Y", "A.X.Y", "A.B"}) {
    EXPECT_TRUE(testing::fails_with(context.set(path, huge), Errc::Exhausted, "larger than 300 bytes")) << path;
  }
  EXPECT_EQ(context.root(), root);
  EXPECT_EQ(context.bytes(), bytes);
  for (const char* path : {"New.X.Y", "L.X.Y", "N.X.Y", "A.X.Y", "A.B"}) {
    EXPECT_TRUE(testing::ok(context.set(path, 7))) << path;
  }
  EXPECT_EQ(context.bytes(), json_bytes(context.root()));
}

Json numbered(int from, int count, const char* member) {
  Json list = Json::array();
  for (int i = from; i < from + count; ++i) {
    Json one = Json::object();
    one.set("Id", "host-" + std::to_string(i)).set(member, i);
    list.push_back(std::move(one));
  }
  return list;
}

class Never : public Script {
 public:
  Result<Json::Array> evaluate(const ScriptJob&) override { return fail(Errc::Internal, "nobody is to ask"); }
};

constexpr ContextLimits kPatient = {.time = std::chrono::minutes(10)};  // a busy machine is no reason to give up

// Processor time. Sanitizers make it some ten times more; quadratic, it would be a hundred million comparisons.
TEST(Context, MergesTenThousandIntoTenThousandByKey) {
  Never script;
  Context context(Json::object(), kPatient);
  ASSERT_TRUE(testing::ok(context.merge("A", numbered(0, 10'000, "x"), script)));
  const std::clock_t begun = std::clock();
  ASSERT_TRUE(testing::ok(context.merge(kById, numbered(5'000, 10'000, "y"), script)));
  EXPECT_LT(std::clock() - begun, 20 * CLOCKS_PER_SEC);
  const Json& list = *context.root().find("A");
  EXPECT_EQ(list.as_array()->size(), 15'000u);
  EXPECT_EQ(print_json(list.as_array()->at(5'000)), R"({"Id": "host-5000", "x": 5000, "y": 5000})");
}

TEST(Context, ManySmallMergesDoNotReadTheWholeListEach) {
  Never script;
  Context context(Json::object(), kPatient);
  const std::clock_t begun = std::clock();
  for (int i = 0; i < 20'000; ++i) {
    Json one = numbered(i / 2, 1, i % 2 == 0 ? "x" : "y").as_array()->at(0);
    ASSERT_TRUE(testing::ok(context.merge("A.B(val.Id && val.Id == obj.Id)", std::move(one), script)));
    ASSERT_TRUE(testing::ok(context.set("Other.Last", i)));
  }
  EXPECT_LT(std::clock() - begun, 20 * CLOCKS_PER_SEC);
  EXPECT_EQ(context.root().find("A")->find("B")->as_array()->size(), 10'000u);
}

TEST(Context, AnIndexIsForgottenWhenTheListIsChangedInAnotherWay) {
  LocalScript script;
  Context context;
  const auto merged = [&](const char* key, const char* value) {
    ASSERT_TRUE(testing::ok(context.merge(key, *parse_json(value), script)));
  };
  merged(kById, R"([{"Id": 1}, {"Id": 2}])");
  merged("A(true)", R"([{"Id": 2}, {"Id": 1}])");
  merged(kById, R"({"Id": 1, "x": 1})");
  EXPECT_EQ(print_json(context.root()), R"({"A": [{"Id": 2}, {"Id": 1, "x": 1}]})");
  ASSERT_TRUE(testing::ok(context.set("A", *parse_json(R"([{"Id": 3}])"))));
  merged(kById, R"({"Id": 1})");
  merged("A", R"({"Id": 4})");
  merged(kById, R"({"Id": 4, "x": 4})");
  merged("A(val.x == obj.x)", R"({"x": 4, "y": 5})");
  merged(kById, R"({"Id": 4, "z": 6})");
  EXPECT_EQ(print_json(context.root()), R"({"A": [{"Id": 3}, {"Id": 1}, {"Id": 4, "x": 4, "y": 5, "z": 6}]})");
}

}  // namespace
}  // namespace berth::dt
