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

TEST(Program, IsFoundBehindWhatStandsInFront) {
  const std::pair<const char*, const char*> rows[] = {
      {"/usr/bin/curl x", "curl"},
      {"sudo -E bash -", "bash"},
      {"A=1 B=2 pip install x", "pip"},
      {"env X=1 /bin/sh -c y", "sh"},
      {"if curl x", "curl"},
      {"-x", "-x"},
      {"sudo", ""},
  };
  for (const auto& [text, program] : rows) EXPECT_EQ(shell_commands(text).front().program(), program) << text;
}

}  // namespace
}  // namespace berth::vet
