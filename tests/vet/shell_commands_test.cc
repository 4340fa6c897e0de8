#include "berth/vet/shell_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace berth::vet {
namespace {

using ::testing::ElementsAre;

struct Row {
  const char* name;
  const char* text;
  const char* shown;  // commands with `/` between words, `; ` between them, `| ` in front of what reads a pipe
};

const Row kRows[] = {
    {"Plain", "a b  c", "a/b/c"},
    {"Operators", "a && b || c; d & e\nf", "a; b; c; d; e; f"},
    {"Pipe", "a x | b |& c", "a/x; | b; | c"},
    {"Quotes", "a 'b c' \"d \\\" e\" f\\ g h''", "a/b c/d \" e/f g/h"},
    {"OperatorsInQuotes", "a '; b' \"| c\"", "a/; b/| c"},
    {"Comment", "a # b; c\nd e#f", "a; d/e#f"},
    {"Groups", "(a; b) | { c; }", "a; b; | {/c; }"},
    {"Redirections", "a >x 2>&1 &>y", "a/>x/2>&1/&>y"},
    {"LineContinued", "a \\\n b", "a/b"},
    {"OpenQuote", "a 'b", "a/b"},
    {"OpenDouble", "a \"b", "a/b"},
    {"BackslashAtEnd", "a \\", "a"},
    {"Empty", " ;; ", ""},
};

class Commands : public ::testing::TestWithParam<Row> {};

TEST_P(Commands, AreToldApart) {
  std::vector<std::string> shown;
  for (const ShellCommand& one : shell_commands(GetParam().text)) {
    shown.push_back(fmt::format("{}{}", one.reads_pipe ? "| " : "", fmt::join(one.words, "/")));
  }
  EXPECT_EQ(fmt::format("{}", fmt::join(shown, "; ")), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Table, Commands, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(Commands, KeepWhatIsRunInside) {
  EXPECT_THAT(shell_commands("sh -c \"$(curl a (b))\" `c d` <(e \")\")").front().inner,
              ElementsAre("curl a (b)", "c d", "e \")\""));
  EXPECT_THAT(shell_commands("a $(b").front().inner, ElementsAre("b"));
}

TEST(Commands, StandWithTheValuesOfVariables) {
  const std::pair<const char*, const char*> rows[] = {
      {"$A x", "b/c/x"},
      {"\"$A\" x", "b c/x"},
      {"'$A' x", "$A/x"},
      {"${A}d ${N:-e f} ${A:+g} $N", "b/cd/e/f/g/$N"},
      {"X=1; Y=$X$X; Z=$Y+; echo $Z", "X=1; Y=11; Z=11+; echo/11+"},
      {"X=1; X=2; echo $X", "X=1; X=2; echo/$X"},
      {"export X=1 Z; X+=2; echo $X", "export/X=1/Z; X+=2; echo/12"},
      {"X=1 y; echo $X", "X=1/y; echo/$X"},
      {"X=1; if a; then X=2; fi; $X", "X=1; if/a; then/X=2; fi; $X"},
      {"X=$(which pip); $X `command -v y` $(z $X)", "X=pip; pip/y/$(z $X)"},
      {"${N:-$(x)} ${", "${N:-$(x)}/${"},
      {"unset A; $A", "unset/A; $A"},
      {"for A in x; do $A; done", "for/A/in/x; do/$A; done"},
      {"read -r A; printf -v B x; $A ${B:-y}", "read/-r/A; printf/-v/B/x; $A/${B:-y}"},
      {"a && X=1; $X ${X:-2}", "a; X=1; 1/${X:-2}"},
      {"(X=1); ${X:-2}", "X=1; ${X:-2}"},
      {"X=1 | a; ${X:-2}", "X=1; a; ${X:-2}"},
      {"if a; then b; X=1; fi; ${X:-2}", "if/a; then/b; X=1; fi; ${X:-2}"},
      {"X=1 && ${X:-2}; (a); Y=3; ${Y:-4}", "X=1; 1; a; Y=3; 3"},
  };
  for (const auto& [text, wanted] : rows) {
    ShellVariables variables;
    variables.assign("A", "b c");
    std::vector<std::string> shown;
    std::size_t room = 100;
    EXPECT_TRUE(for_each_command(text, variables, room, [&](ShellCommand one) {
      shown.push_back(fmt::format("{}", fmt::join(one.words, "/")));
    }));
    EXPECT_EQ(fmt::format("{}", fmt::join(shown, "; ")), wanted) << text;
  }
}

TEST(Variables, KeepNoValueThatGrowsWithoutEnd) {
  ShellVariables variables;
  std::string text = "A=0123456789;";
  for (int i = 0; i < 30; ++i)
    text += fmt::format("A{}=$A{}$A{};", i, i > 0 ? std::to_string(i - 1) : "", i > 0 ? std::to_string(i - 1) : "");
  std::size_t room = kMostExpanded;
  EXPECT_TRUE(for_each_command(text, variables, room, [](const ShellCommand&) {}));
  EXPECT_EQ(variables.find("A3")->size(), 160u);
  EXPECT_EQ(variables.find("A29"), nullptr);
  EXPECT_TRUE(variables.is_unclear("A29"));
}

TEST(Variables, AreNotWrittenPastTheRoom) {
  ShellVariables variables;
  variables.assign("X", "0123456789");
  std::size_t room = 25;
  std::size_t taken = 0;
  EXPECT_FALSE(for_each_command("a $X$X$X; b", variables, room, [&](const ShellCommand&) { ++taken; }));
  EXPECT_EQ(taken, 1u);
  EXPECT_EQ(room, 5u);
}

TEST(Redirections, AreLeftOutOfWhatTheProgramGets) {
  const std::pair<const char*, const char*> rows[] = {
      {"a >x b", "a/b"},          {"a b>x c", "a/b/c"},  {"a 2>/x b 2> /x c", "a/b/c"}, {"a &>x b >&2 c", "a/b/c"},
      {"a >>x b >|x c", "a/b/c"}, {"a &>> x b", "a/b"},  {"a '>' b", "a/>/b"},          {"a \\>x b", "a/>x/b"},
      {"a <<<x b", "a/b"},        {"a <<< x b", "a/b"},  {"a < x > y b", "a/b"},        {"a b2>x", "a/b2"},
      {"a <(c) b", "a/<(c)/b"},   {"a > >(c) b", "a/b"},
  };
  for (const auto& [text, wanted] : rows) {
    ShellVariables variables;
    std::size_t room = 0;
    std::vector<std::string> words;
    for_each_command(text, variables, room, [&](const ShellCommand& one) { words = one.plain().words; });
    EXPECT_EQ(fmt::format("{}", fmt::join(words, "/")), wanted) << text;
  }
}

TEST(Program, IsFoundBehindWhatStandsInFront) {
  const std::pair<const char*, const char*> rows[] = {
      {"/usr/bin/curl x", "curl"},
      {"sudo -E bash -", "bash"},
      {"A=1 B=2 pip install x", "pip"},
      {"env X=1 /bin/sh -c y", "sh"},
      {"if curl x", "curl"},
      {"sudo -u root -E nice -n 5 timeout -k 1 10 curl x", "curl"},
      {"2>/dev/null >x curl y", "curl"},
      {"$(a/b) x", "$(a/b)"},
      {"-x", "-x"},
      {"sudo", ""},
  };
  for (const auto& [text, program] : rows) EXPECT_EQ(shell_commands(text).front().program(), program) << text;
}

}  // namespace
}  // namespace berth::vet
