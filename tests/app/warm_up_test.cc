#include "berth/app/warm_up.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

struct Row {
  const char* name;
  const char* text;
  const char* item;
  const char* command;
};

// The items that there are: "Print", "Two Words", "Whois".
const Row kRows[] = {
    {"AScript", "Print", "Print", ""},
    {"ANameWithABlank", "Two Words", "Two Words", ""},
    {"ACommand", "Whois domain", "Whois", "domain"},
    {"ACommandOfANameWithABlank", "Two Words domain", "Two Words", "domain"},
    {"NoneAtAll", "Nothing", "Nothing", ""},
    {"NothingSaid", "", "", ""},
};

class Wish : public ::testing::TestWithParam<Row> {};

TEST_P(Wish, IsTakenApart) {
  const auto is_item = [](std::string_view name) { return name == "Print" || name == "Two Words" || name == "Whois"; };
  const WarmWish wish = parse_warm_wish(GetParam().text, is_item);
  EXPECT_EQ(wish.item, GetParam().item);
  EXPECT_EQ(wish.command, GetParam().command);
}

INSTANTIATE_TEST_SUITE_P(Table, Wish, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::app
