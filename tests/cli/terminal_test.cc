#include "berth/cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "berth/base/unique_fd.h"

namespace berth::cli {
namespace {

struct Row {
  const char* name;
  TerminalFacts facts;
  ColourChoice choice;
  bool colour;
  bool can_redraw;
  std::size_t width;
};

const TerminalFacts kUsual = {.is_terminal = true, .window_columns = 120, .term = "xterm"};
TerminalFacts with(void (*change)(TerminalFacts&)) {
  TerminalFacts facts = kUsual;
  change(facts);
  return facts;
}

const Row kRows[] = {
    {"Usual", kUsual, ColourChoice::Auto, true, true, 120},
    {"Never", kUsual, ColourChoice::Never, false, true, 120},
    {"NoColor", with([](auto& f) { f.no_color = "1"; }), ColourChoice::Auto, false, true, 120},
    {"NoColorEmpty", with([](auto& f) { f.no_color = ""; }), ColourChoice::Auto, true, true, 120},
    {"ChoiceBeatsNoColor", with([](auto& f) { f.no_color = "1"; }), ColourChoice::Always, true, true, 120},
    {"Dumb", with([](auto& f) { f.term = "dumb"; }), ColourChoice::Auto, false, false, 120},
    {"NoTerm", with([](auto& f) { f.term = std::nullopt; }), ColourChoice::Auto, false, false, 120},
    {"Pipe", {.term = "xterm", .columns = "100"}, ColourChoice::Auto, false, false, 0},
    {"PipeAlways", {.term = "xterm"}, ColourChoice::Always, true, false, 0},
    {"Columns", with([](auto& f) { f.window_columns = 0, f.columns = "100"; }), ColourChoice::Auto, true, true, 100},
    {"BadColumns", with([](auto& f) { f.window_columns = 0, f.columns = "9x"; }), ColourChoice::Auto, true, true, 80},
    {"Narrow", with([](auto& f) { f.window_columns = 3; }), ColourChoice::Auto, true, true, 20},
    {"Huge", with([](auto& f) { f.window_columns = 65535; }), ColourChoice::Auto, true, true, 1000},
};

class TerminalPolicy : public ::testing::TestWithParam<Row> {};
TEST_P(TerminalPolicy, Decides) {
  const Terminal terminal = terminal_from(GetParam().facts, GetParam().choice);
  EXPECT_EQ(terminal.colour, GetParam().colour);
  EXPECT_EQ(terminal.can_redraw, GetParam().can_redraw);
  EXPECT_EQ(terminal.width, GetParam().width);
}
INSTANTIATE_TEST_SUITE_P(Table, TerminalPolicy, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(DetectTerminal, APipeIsNone) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  const Terminal terminal = detect_terminal(write_end.get(), ColourChoice::Auto);
  EXPECT_FALSE(terminal.is_terminal);
  EXPECT_FALSE(terminal.colour);
  EXPECT_EQ(terminal.page().width, 0U);
}

}  // namespace
}  // namespace berth::cli
