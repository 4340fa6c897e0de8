// executeCommandAt: what happens in other investigations, what is counted, and what is refused.
#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::json;

// Investigation 2 is the caller's own, 3 another one.
class AtScene {
 public:
  // "<type>:<contents>" of each entry, or the error.
  std::string run(std::string_view args, const Caller& caller) {
    const Json given = json(args);
    const BuiltInCommand* command = find_built_in("executeCommandAt");
    BERTH_ASSERT(command != nullptr);
    const auto entries = command->run(CommandArguments(command->name, given), {own_, folder_.state(), script_, caller});
    if (!entries) return "error: " + entries.error().message();
    std::string text;
    for (const Json& one : *entries) text += print_json(*one.find("Type")) + ":" + one.text_or("Contents", "") + "; ";
    return text;
  }
  std::string contexts() { return print_json(*own_.context()) + print_json(*other_.context()); }

 private:
  testing::StateFolder folder_;
  testing::NoScript script_;
  StoredInvestigation own_ = folder_.add_investigation("own");
  StoredInvestigation other_ = folder_.add_investigation("other");
};

struct AtRow {
  const char* name;
  Caller caller;
  const char* args;
  const char* answer;
  const char* contexts;
};

const AtRow kRows[] = {
    {"One", testing::person(), R"({"incidents": "3", "command": "Set", "arguments": {"key": "k", "value": "v"}})",
     "1:Command Set was executed on 1 of 1 incidents.; ", R"({}{"k": "v"})"},
    {"Several", testing::person(),
     R"({"incidents": ["2", "3"], "command": "set", "arguments": "{\"key\": \"k\", \"value\": \"v\"}"})",
     "1:Command Set was executed on 2 of 2 incidents.; ", R"({"k": "v"}{"k": "v"})"},
    {"SomeFail", testing::script(),
     R"({"incidents": "2,3", "command": "Set", "arguments": {"key": "k", "value": "v"}})",
     "4:incident 3: 'Triage' runs in investigation 2 and may not reach investigation 3; an operator can allow it: "
     "rights.other_investigations; 1:Command Set was executed on 1 of 2 incidents.; ",
     R"({"k": "v"}{})"},
    {"ErrorOfTheCommand", testing::person(), R"({"incidents": "3", "command": "Set"})",
     "4:incident 3: command 'Set': argument 'key' is missing; 1:Command Set was executed on 0 of 1 incidents.; ",
     "{}{}"},
    {"NoIncidents", testing::person(), R"({"command": "Set"})",
     "error: command 'executeCommandAt': argument 'incidents' is missing", "{}{}"},
    {"NoCommandOfTheServer", testing::person(), R"({"incidents": "3", "command": "Harbour"})",
     "error: command 'executeCommandAt': argument 'command' is no command of the server's own, and only those run in "
     "other investigations here",
     "{}{}"},
    {"Itself", testing::person(), R"({"incidents": "3", "command": "executeCommandAt"})",
     "error: command 'executeCommandAt': argument 'command' is no command of the server's own, and only those run in "
     "other investigations here",
     "{}{}"},
    {"ArgumentsAreNoObject", testing::person(), R"({"incidents": "3", "command": "Set", "arguments": "k"})",
     "error: command 'executeCommandAt': argument 'arguments' is no object", "{}{}"},
};

class ExecuteAt : public ::testing::TestWithParam<AtRow> {};

TEST_P(ExecuteAt, AnswersAndChanges) {
  AtScene scene;
  EXPECT_EQ(scene.run(GetParam().args, GetParam().caller), GetParam().answer);
  EXPECT_EQ(scene.contexts(), GetParam().contexts);
}

INSTANTIATE_TEST_SUITE_P(Table, ExecuteAt, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
