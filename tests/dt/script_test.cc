// What every engine must do: the one in this process, and the one in a process of its own.
#include "berth/dt/script.h"

#include <gtest/gtest.h>

#include "berth/dt/local_script.h"
#include "berth/dt/script_worker.h"
#include "tests/support/result_matchers.h"

namespace berth::dt {
namespace {

template <class T>
class ScriptTest : public ::testing::Test {
 protected:
  Result<Json> evaluate(std::string_view code, const Json& value = Json()) {
    auto results = script_.evaluate({.code = code, .values = {&value}});
    if (!results) return std::unexpected(results.error());
    return results->at(0);
  }
  Result<Json> judge(std::string_view code, const Json& value) {
    auto results = script_.evaluate({.code = code, .values = {&value}, .wanted = ScriptJob::Wanted::Truth});
    if (!results) return std::unexpected(results.error());
    return results->at(0);
  }

  T script_{ScriptLimits{.time_limit = std::chrono::minutes(2), .memory_bytes = 16 << 20}};
};
using Scripts = ::testing::Types<LocalScript, ScriptWorker>;
TYPED_TEST_SUITE(ScriptTest, Scripts);

struct Row {
  const char* code;
  const char* value;
  const char* result;
};

const Row kRows[] = {
    {"val", R"({"a": [1, "x", null, true]})", R"({"a": [1, "x", null, true]})"},
    {"val + 1", "41", "42"},
    {"val.toUpperCase().trim()", R"(" ab ")", R"("AB")"},
    {"{a: val}", "1", R"({"a": 1})"},
    {"foo(val);function foo(x) { return x + 'Z'; }", R"("1")", R"("1Z")"},
    {"var x = val * 2; x + 1", "4", "9"},
    {"if (val > 1) { return 'large'; } return 'small'", "2", R"("large")"},
    {"val // a remark", "7", "7"},
    {"(function(){ return this === undefined })()", "0", "false"},
    {"undefined", "0", "null"},
    {"function(){}", "0", "null"},
    {"0/0", "0", "null"},
    {"[1/0, undefined, 2]", "0", "[null, null, 2]"},
    {"val.length", R"("\ud83d\ude00")", "2"},
    {"val + '!'", R"("\ud83d\ude00\u00e9")", R"("\ud83d\ude00\u00e9!")"},
    {"'\\ud83d'", "0", R"("\ufffd")"},
    {"/^a+$/.test(val)", R"("aaa")", "true"},
    {"val.replace(/(\\d+)-(\\d+)/, '$2-$1')", R"("12-34")", R"("34-12")"},
    {"Object.keys(val).sort().join()", R"({"b": 1, "a": 2})", R"("a,b")"},
    {"val.map(function (x) { return x * x; })", "[1, 2, 3]", "[1, 4, 9]"},
    {"JSON.parse(val).k", R"("{\"k\": 5}")", "5"},
    {"new Date(0).toISOString()", "0", R"("1970-01-01T00:00:00.000Z")"},
    {"new Date(0).getHours()", "0", "0"},
    {"parseInt(val, 16)", R"("ff")", "255"},
    {"encodeURIComponent(val)", R"("a b")", R"("a%20b")"},
    {"val.__proto__ === Object.prototype", R"({"a": 1})", "true"},
    {"Object.keys(val)[0]", R"({"__proto__": 1})", R"("__proto__")"},
    {"typeof Duktape + typeof require + typeof process + typeof print", "0",
     R"("undefinedundefinedundefinedundefined")"},
    {"Math.random() < 1 && Math.random() !== Math.random()", "0", "true"},
    {"val > 9007199254740992", "9007199254740994", "true"},
};

TYPED_TEST(ScriptTest, GivesWhatTheLanguageSays) {
  for (const Row& row : kRows) {
    const auto result = this->evaluate(row.code, *parse_json(row.value));
    ASSERT_TRUE(testing::ok(result)) << row.code;
    EXPECT_EQ(print_json(*result), print_json(*parse_json(row.result))) << row.code;
  }
}

TYPED_TEST(ScriptTest, TellsTruth) {
  const auto expect = [&](const char* code, const char* value, bool truth) {
    const auto result = this->judge(code, *parse_json(value));
    ASSERT_TRUE(testing::ok(result)) << code;
    EXPECT_EQ(*result, Json(truth)) << code << " of " << value;
  };
  for (const char* value : {"1", R"("x")", "{}", "[]", "true"}) expect("val", value, true);
  for (const char* value : {"0", R"("")", "null", "false", "NaN"}) expect("val", value, false);
  expect("val.name.first == 'x'", "{}", false);  // an exception counts as false
  expect("nobody.knows", "1", false);
}

TYPED_TEST(ScriptTest, LimitsTheAnswer) {
  TypeParam script(ScriptLimits{.time_limit = std::chrono::minutes(2), .answer_bytes = 1000});
  const Json nothing;
  EXPECT_TRUE(testing::fails_with(script.evaluate({.code = "new Array(1001).join('x')", .values = {&nothing}}),
                                  Errc::Exhausted, "larger than it may"));
  EXPECT_TRUE(testing::ok(script.evaluate({.code = "new Array(900).join('x')", .values = {&nothing}})));
}

TYPED_TEST(ScriptTest, EvaluatesForEachValueWithItsBindings) {
  const Json one(1);
  const Json two(2);
  const Json ten(10);
  const auto results = this->script_.evaluate(
      {.code = "val + val1 + obj", .values = {&one, &two}, .bindings = {{"val1", {&ten}}, {"obj", {&two, &one}}}});
  ASSERT_TRUE(testing::ok(results));
  EXPECT_EQ(print_json(Json(*results)), "[13, 13]");
}

TYPED_TEST(ScriptTest, SaysWhatIsWrong) {
  EXPECT_TRUE(testing::fails_with(this->evaluate("val ==="), Errc::InvalidInput, "evaluate 'val ===': SyntaxError"));
  EXPECT_TRUE(testing::fails_with(this->evaluate("val.a.b"), Errc::InvalidInput, "TypeError"));
  EXPECT_TRUE(testing::fails_with(this->evaluate("throw 'mine'"), Errc::InvalidInput, "mine"));
  EXPECT_TRUE(testing::fails_with(this->judge("val ===", Json(1)), Errc::InvalidInput, "SyntaxError"));
  EXPECT_TRUE(testing::fails_with(this->evaluate("var a = []; a[0] = a; a"), Errc::InvalidInput, "cyclic"));
}

TYPED_TEST(ScriptTest, LimitsMemoryAndDepth) {
  EXPECT_TRUE(testing::fails_with(this->evaluate("var s = 'x'; for (;;) { s += s; }"), Errc::Exhausted, "more memory"));
  EXPECT_TRUE(testing::fails_with(this->evaluate("var a = []; for (;;) { a.push({x: 'y' + a.length}); }"),
                                  Errc::Exhausted, "more memory"));
  EXPECT_TRUE(testing::fails_with(this->judge("var a = []; for (;;) { a.push([a]); }", Json(1)), Errc::Exhausted,
                                  "more memory"));
  EXPECT_TRUE(
      testing::fails_with(this->evaluate("f(); function f() { return f() + 1; }"), Errc::InvalidInput, "RangeError"));
  EXPECT_TRUE(testing::fails_with(this->judge("f(); function f() { return f() + 1; }", Json(1)), Errc::InvalidInput,
                                  "RangeError"));
  EXPECT_TRUE(testing::fails_with(this->evaluate(std::string(50'000, '(') + "1"), Errc::InvalidInput, "Error"));
  EXPECT_TRUE(testing::fails_with(this->evaluate("var a = []; for (var i = 0; i < 1e5; ++i) { a = [a]; } a"),
                                  Errc::InvalidInput, "RangeError"));
  EXPECT_TRUE(testing::ok(this->evaluate("val", Json(1)))) << "and the next one is as ever";
}

TYPED_TEST(ScriptTest, NothingOfOneJobIsSeenByTheNext) {
  ASSERT_TRUE(testing::ok(
      this->evaluate("leak = 1; Object.prototype.leak = 1; String.prototype.trim = function () { return 'bad'; };"
                     "Array.prototype.push = null; JSON.stringify = null; Object.freeze(Math); delete Date; val = 5;"
                     "Object.prototype.toString = null; 1")));
  const auto after = this->evaluate(
      "[typeof leak, typeof val.leak, ' x '.trim(), typeof [].push, typeof JSON.stringify, "
      "Object.isFrozen(Math), typeof Date, val, {a: 1}]",
      Json(1));
  ASSERT_TRUE(testing::ok(after));
  EXPECT_EQ(print_json(*after),
            R"(["undefined", "undefined", "x", "function", "function", false, "function", 1, {"a": 1}])");
}

TYPED_TEST(ScriptTest, TakesManyAndLargeValues) {
  std::vector<Json> numbers;
  for (int i = 0; i < 50'000; ++i) numbers.emplace_back(i);
  const Json text(std::string(1 << 20, 'x'));
  ScriptJob job{.code = "val + 1"};
  for (const Json& number : numbers) job.values.push_back(&number);
  auto results = this->script_.evaluate(job);
  ASSERT_TRUE(testing::ok(results));
  EXPECT_EQ(results->at(49'999), Json(50'000));
  results = this->script_.evaluate({.code = "val", .values = {&text}});
  ASSERT_TRUE(testing::ok(results));
  EXPECT_EQ(results->at(0), text);
}

TYPED_TEST(ScriptTest, RefusesMoreThanItMayTake) {
  const Json text(std::string(33 << 20, 'x'));
  EXPECT_TRUE(testing::fails_with(this->evaluate("val", text), Errc::Exhausted, "its values are more than"));
}

}  // namespace
}  // namespace berth::dt
