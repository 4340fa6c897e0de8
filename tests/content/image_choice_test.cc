#include "berth/content/image_choice.h"

#include <gtest/gtest.h>

#include "berth/content/commands.h"
#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

struct ImageRow {
  const char* name;
  Item item;
  const char* asked;
  const char* image;  // or what the error says
  const char* reason;
};

Item item_with(std::optional<std::string> image, std::string subtype, Language language = Language::Python) {
  Item item;
  item.name = "X";
  item.docker_image = std::move(image);
  item.subtype = std::move(subtype);
  item.language = language;
  return item;
}

const ImageRow kChosen[] = {
    {"Asked", item_with("a:1", "python3"), "b:2", "b:2", "--image"},
    {"Named", item_with("a:1", "python3"), "", "a:1", "the item names it"},
    {"Python3", item_with({}, "python3"), "", "py3:9", "the subtype is python3"},
    {"Python2", item_with({}, "python2"), "", "py2:1", "the subtype is python2"},
    {"NoSubtype", item_with({}, ""), "", "py2:1", "which means Python 2"},
};

class ImageChoiceTable : public ::testing::TestWithParam<ImageRow> {};

TEST_P(ImageChoiceTable, NamesImageAndReason) {
  const auto choice = choose_image(GetParam().item, GetParam().asked, {"py2:1", "py3:9"});
  ASSERT_TRUE(testing::ok(choice));
  EXPECT_EQ(choice->image, GetParam().image);
  EXPECT_NE(choice->reason.find(GetParam().reason), std::string::npos) << choice->reason;
}

INSTANTIATE_TEST_SUITE_P(Table, ImageChoiceTable, ::testing::ValuesIn(kChosen),
                         [](const auto& row) { return row.param.name; });

TEST(ImageChoice, SaysWhatIsMissing) {
  const DefaultImages none;
  EXPECT_TRUE(testing::fails_with(choose_image(item_with({}, ""), "", none), Errc::Unavailable,
                                  "choose an image for script 'X': neither an image nor a subtype is named"));
  EXPECT_TRUE(testing::fails_with(choose_image(item_with({}, "", Language::PowerShell), "", none), Errc::Unavailable,
                                  "written in PowerShell: that takes an image with `pwsh`"));
  EXPECT_TRUE(testing::fails_with(choose_image(item_with({}, "", Language::JavaScript), "a:1", none), Errc::Unavailable,
                                  "runs inside the original's server"));
  Item prompt = item_with({}, "");
  prompt.is_llm = true;
  EXPECT_TRUE(testing::fails_with(choose_image(prompt, "", none), Errc::InvalidInput, "has no code to run"));
}

TEST(Commands, AreDeclaredOrImplied) {
  Item item;
  item.kind = ItemKind::Integration;
  item.name = "W";
  item.commands = {{.name = "w-get"}, {.name = "w-set"}};
  item.flags.feed = true;
  EXPECT_EQ(find_command(item, "w-get")->any_argument, false);
  EXPECT_EQ(find_command(item, "test-module")->any_argument, true);
  EXPECT_TRUE(testing::ok(find_command(item, "fetch-indicators")));
  EXPECT_TRUE(testing::fails_with(find_command(item, "fetch-incidents"), Errc::InvalidInput, "unknown command"));
  EXPECT_TRUE(testing::fails_with(find_command(item, "w-gte"), Errc::InvalidInput,
                                  "integration 'W': unknown command 'w-gte'; did you mean 'w-get'?"));
  EXPECT_TRUE(testing::fails_with(find_command(Item(), "x"), Errc::InvalidInput, "a script has no commands"));
}

}  // namespace
}  // namespace berth::content
