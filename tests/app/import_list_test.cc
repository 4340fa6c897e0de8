#include "berth/app/import_list.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

constexpr char kList[] = "berth-imports 1\n? requests\n+ json\n- grequests patches\n";

TEST(ImportList, IsReadAsItIsPrinted) {
  const ImportList list = ImportList::parse(kList);
  ASSERT_EQ(list.modules().size(), 3U);
  EXPECT_EQ(list.modules()[0].state, Import::Untried);
  EXPECT_EQ(list.modules()[1].state, Import::Good);
  EXPECT_EQ(list.modules()[2].state, Import::LeftOut);
  EXPECT_EQ(list.modules()[2].why, "patches");
  EXPECT_EQ(list.text(), kList);
}

TEST(ImportList, PassesOverWhatIsNoLineOfIt) {
  for (const char* line :
       {"", "?", "? ", "requests", "* requests", "?requests", "?  requests", "? ../x", "? a b", "+ a why", "- a",
        "- a ", "- a Why", "- a two words", "? a\r", "? \xc3\xa9", "- a\tthreads"}) {
    const ImportList list = ImportList::parse(std::string("berth-imports 1\n") + line + "\n+ json\n");
    EXPECT_EQ(list.text(), "berth-imports 1\n+ json\n") << line;
  }
}

TEST(ImportList, IsEmptyWhereTheTextIsNone) {
  for (const std::string& text :
       {std::string(), std::string("+ json\n"), std::string("berth-imports 2\n+ json\n"),
        std::string("berth-imports 1\n") + std::string(kLargestImportList, '\n') + "+ json\n"}) {
    EXPECT_TRUE(ImportList::parse(text).is_empty()) << text.substr(0, 40);
  }
}

TEST(ImportList, NamesStandOnce) {
  EXPECT_EQ(ImportList::parse("berth-imports 1\n- a slow\n+ a\n").text(), "berth-imports 1\n- a slow\n");
}

TEST(ImportList, AddsWhatIsNew) {
  ImportList list = ImportList::parse(kList);
  EXPECT_FALSE(list.add({"json", "grequests", "requests"}));
  EXPECT_TRUE(list.add({"json", "yaml"}));
  EXPECT_EQ(list.text(), std::string(kList) + "? yaml\n");
}

TEST(ImportList, IsBounded) {
  ImportList list;
  for (std::size_t i = 0; i < kMostImports; ++i) EXPECT_TRUE(list.add({"m" + std::to_string(i)}));
  EXPECT_FALSE(list.add({"more"}));
  EXPECT_EQ(list.modules().size(), kMostImports);
}

TEST(ImportList, SettlesWhatAZygoteSays) {
  ImportList list = ImportList::parse(kList);
  const auto left_out = list.settle(ImportList::parse("berth-imports 1\n+ requests\n- json threads\n+ json\n"));
  ASSERT_EQ(left_out.size(), 1U);
  EXPECT_EQ(left_out[0].name, "json");
  EXPECT_EQ(list.text(), "berth-imports 1\n+ requests\n- json threads\n- grequests patches\n");
}

// It is as hostile as a script: it adds nothing, and makes nothing good that was not.
TEST(ImportList, BelievesAZygoteNothingElse) {
  ImportList list = ImportList::parse(kList);
  EXPECT_TRUE(list.settle(ImportList::parse("berth-imports 1\n+ grequests\n+ other\n? json\n")).empty());
  EXPECT_EQ(list.text(), kList);
}

TEST(ImportList, GivesUp) {
  ImportList list = ImportList::parse(kList);
  list.give_up("unknown");
  EXPECT_EQ(list.text(), "berth-imports 1\n- requests unknown\n- json unknown\n- grequests patches\n");
  EXPECT_FALSE(list.has(Import::Good) || list.has(Import::Untried));
}

}  // namespace
}  // namespace berth::app
