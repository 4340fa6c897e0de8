#include "berth/image/layer_names.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace berth::image {
namespace {

TarEntry file(const std::string& name) { return {.name = name}; }
TarEntry folder(const std::string& name) { return {.kind = TarKind::Folder, .name = name}; }
TarEntry link(const std::string& name) { return {.kind = TarKind::SymbolicLink, .name = name, .target = "x"}; }
TarEntry hard(const std::string& name, const std::string& target) {
  return {.kind = TarKind::HardLink, .name = name, .target = target};
}

// What is wrong with the last entry.
std::string complaint(const std::vector<TarEntry>& entries) {
  LayerNames names;
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) EXPECT_EQ(names.add(entries[i]), "");
  return names.add(entries.back());
}

struct Row {
  const char* name;
  std::vector<TarEntry> entries;
  const char* why;  // empty: it is taken
};

const Row kRows[] = {
    {"OtherNames", {file("a"), file("b"), file("a/b"), file("ab")}, ""},
    {"Twice", {file("a"), file("a")}, "stands in this layer twice"},
    {"InTwoSpellings", {file("./a//b"), file("a/./b/")}, "twice"},
    {"FoldersTwice", {folder("d/"), folder("./d")}, "twice"},
    {"RootTwice", {folder("./"), folder(".")}, "twice"},
    {"LinkThenFile", {link("a"), file("a")}, "twice"},
    {"FromTheRootToo", {file("a"), file("/a")}, ""},
    {"FromTheRootTwice", {file("/a"), file("//a")}, "twice"},
    {"HardLink", {file("a"), hard("b", "./a")}, ""},
    {"HardLinkFromTheRoot", {file("a"), hard("b", "/a")}, ""},
    {"HardLinkToARootedName", {file("/a"), hard("b", "a")}, ""},
    {"HardLinkToALater", {hard("b", "a")}, "'a', which is no entry of this layer before it"},
    {"HardLinkToItself", {hard("a", "a")}, "no entry of this layer before it"},
    {"HardLinkToAFolder", {folder("d"), hard("x", "d")}, "'d', which is a folder"},
    {"HardLinkToALink", {link("l"), hard("x", "l")}, ""},
    {"HardLinkThroughALink", {folder("d"), file("d/a"), link("l"), hard("x", "l/a")}, ""},
    {"HardLinkThroughAHardLinkToALink", {link("l"), hard("m", "l"), hard("x", "m/a")}, ""},
    {"HardLinkToWhatCameThroughALink", {link("l"), file("l/a"), hard("x", "d/a")}, ""},
    {"HardLinkToAFolderOfNothing", {file("d/a"), hard("x", "d")}, "no entry of this layer"},
};

class NameRows : public ::testing::TestWithParam<Row> {};

TEST_P(NameRows, AreTold) {
  const std::string why = complaint(GetParam().entries);
  if (*GetParam().why == '\0') {
    EXPECT_EQ(why, "");
  } else {
    EXPECT_TRUE(why.contains(GetParam().why)) << why;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, NameRows, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(Names, AreToldApartInGreatNumber) {
  LayerNames names;
  for (int i = 0; i < 100'000; ++i) ASSERT_EQ(names.add(file(fmt::format("d/{}", i))), "");
  EXPECT_EQ(names.add(hard("x", "d/99999")), "");
  EXPECT_NE(names.add(file("d/50000")), "");
}

}  // namespace
}  // namespace berth::image
