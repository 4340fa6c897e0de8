// What is judged without the engine is judged as the engine would.
#include "berth/dt/native_condition.h"

#include <gtest/gtest.h>

#include <random>

#include "berth/dt/local_script.h"
#include "tests/support/result_matchers.h"

namespace berth::dt {
namespace {

TEST(NativeCondition, KnowsTheCommonForms) {
  for (const char* code :
       {"true", "val.K", "val.K == obj.K", "val.K && val.K == obj.K", " val.K&&val.L===obj.L ", "val == 'x'",
        "val.K > 1", "val.K >= -1.5", "val.A.B != null", "'a' == val", "obj.K !== val1"}) {
    EXPECT_TRUE(NativeCondition::parse(code)) << code;
  }
}

TEST(NativeCondition, LeavesTheRestToTheEngine) {
  for (const char* code : {"",
                           "val.K ||",
                           "val.K || val.L",
                           "!val.K",
                           "(val.K)",
                           "val.K == 'a\\n'",
                           "val.K == 'a",
                           "val['K']",
                           "val.K()",
                           "val.K + 1 == 2",
                           "val.K = 1",
                           "val.K == 1e3",
                           "val.K == 010",
                           "val.K == 0x10",
                           "val.K == 1.",
                           "val.K == -obj.K",
                           "val.K == 12345678901234567890",
                           "val.K == obj.K == true",
                           "val.",
                           "val.K; 1",
                           "val\n.K",
                           "/x/",
                           "val.K == -'1'",
                           "typeof val",
                           "val.K == 1.5.x",
                           "val.K == 'a\xe2\x80\xa8'",
                           "function(){}",
                           "val.K in obj"}) {
    const auto condition = NativeCondition::parse(code);
    EXPECT_FALSE(condition) << code;
  }
}

TEST(NativeCondition, FindsTheKeysThatAreCompared) {
  const auto keys = [](const char* code) { return NativeCondition::parse(code)->keys(); };
  using Keys = std::vector<std::string>;
  EXPECT_EQ(keys("val.K == obj.K"), Keys{"K"});
  EXPECT_EQ(keys("val.K && val.K == obj.K && val.L && obj.L === val.L"), (Keys{"K", "L"}));
  for (const char* code : {"true", "val.K", "val.K == obj.L", "val.K == val.K", "val.K != obj.K", "val.K.L == obj.K.L",
                           "val.L && val.K == obj.K", "val.K == obj.K && val.L == 1", "val == obj", "obj.K == obj.K"}) {
    EXPECT_EQ(keys(code), Keys{}) << code;
  }
}

// Values that comparisons trip over.
const char* const kValues[] = {"null",
                               "true",
                               "false",
                               "0",
                               "-0",
                               "1",
                               "2",
                               "-1",
                               "0.5",
                               "1e300",
                               "9007199254740993",
                               "NaN",
                               R"("")",
                               R"(" ")",
                               R"("0")",
                               R"("1")",
                               R"("1.0")",
                               R"(" 1\n")",
                               R"("+1")",
                               R"("01")",
                               R"("0x1")",
                               R"("1e0")",
                               R"("-0")",
                               R"(".5")",
                               R"("5.")",
                               R"(".")",
                               R"("1 2")",
                               R"("Infinity")",
                               R"("null")",
                               R"("true")",
                               R"("x")",
                               R"("X")",
                               R"("\u00e9")",
                               R"("\u00a01")",
                               R"("\ud83d\ude00")",
                               "[]",
                               "[1]",
                               R"(["x"])",
                               "{}",
                               R"({"K": 1})",
                               R"({"K": "1", "valueOf": 1})",
                               "123456789012345678901"};

Json random_value(std::mt19937& random) { return *parse_json(kValues[random() % std::size(kValues)]); }

Json random_holder(std::mt19937& random) {
  if (random() % 8 == 0) return random_value(random);
  Json holder = Json::object();
  for (const char* name : {"K", "L", "length", "toString", "__proto__", "name"}) {
    if (random() % 3 != 0) holder.set(name, random_value(random));
  }
  return holder;
}

std::string random_operand(std::mt19937& random) {
  constexpr const char* kOperands[] = {
      "val",           "obj",      "val.K", "obj.K", "val.L",     "obj.L",     "val.K.K", "val.length", "obj.toString",
      "val.__proto__", "val.name", "val1",  "'1'",   "\"x\"",     "''",        "0",       "1",          "-1",
      "0.5",           "true",     "false", "null",  "undefined", "'\xc3\xa9'"};
  return kOperands[random() % std::size(kOperands)];
}

std::string random_condition(std::mt19937& random) {
  constexpr const char* kRelations[] = {"==", "!=", "===", "!==", "<", "<=", ">", ">="};
  std::string code;
  for (auto terms = 1 + random() % 3; terms > 0; --terms) {
    code += random_operand(random);
    if (random() % 4 != 0)
      code += std::string(" ") + kRelations[random() % std::size(kRelations)] + " " + random_operand(random);
    if (terms > 1) code += " && ";
  }
  return code;
}

TEST(NativeCondition, AgreesWithTheEngine) {
  constexpr unsigned kConditions = 600;
  constexpr std::size_t kValuesEach = 24;
  std::mt19937 random(20'240'607);
  LocalScript script;
  unsigned judged = 0;
  for (unsigned round = 0; round < kConditions; ++round) {
    const std::string code = random_condition(random);
    const auto condition = NativeCondition::parse(code);
    ASSERT_TRUE(condition) << code;
    std::vector<Json> values;
    std::vector<Json> others;
    for (std::size_t i = 0; i < kValuesEach; ++i) {
      values.push_back(random_holder(random));
      others.push_back(random_holder(random));
    }
    const Json third = random_value(random);
    ScriptJob job{.code = code, .bindings = {{"obj", {}}, {"val1", {&third}}}, .wanted = ScriptJob::Wanted::Truth};
    for (std::size_t i = 0; i < kValuesEach; ++i) {
      job.values.push_back(&values[i]);
      job.bindings[0].values.push_back(&others[i]);
    }
    const auto expected = script.evaluate(job);
    ASSERT_TRUE(testing::ok(expected)) << code;
    for (std::size_t i = 0; i < kValuesEach; ++i) {
      const std::pair<std::string_view, const Json*> names[] = {
          {"val", &values[i]}, {"obj", &others[i]}, {"val1", &third}};
      const auto holds = condition->holds(names);
      if (!holds) continue;
      ++judged;
      EXPECT_EQ(Json(*holds), expected->at(i)) << code << "\n  val " << print_json(values[i]) << "\n  obj "
                                               << print_json(others[i]) << "\n  val1 " << print_json(third);
    }
  }
  EXPECT_GT(judged, kConditions * kValuesEach / 2) << "the engine is left what it must be, and no more";
}

}  // namespace
}  // namespace berth::dt
