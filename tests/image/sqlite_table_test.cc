#include "berth/image/sqlite_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/image/rpm_fixture.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

using ::testing::ElementsAre;

struct Reading {
  Result<void> result;
  std::vector<std::string> blobs;
};

Reading read(std::string_view file, std::size_t column = 1) {
  Reading reading;
  reading.result =
      read_sqlite_blobs(file, "Packages", column, [&](std::string_view blob) { reading.blobs.emplace_back(blob); });
  return reading;
}

std::string child(std::uint32_t page, char key) { return big(page, 4) + key; }

TEST(SqliteTable, OfOnePageIsRead) {
  const Reading reading = read(sqlite_file({sqlite_page({sqlite_row(1, "one"), sqlite_row(2, "two")})}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.blobs, ElementsAre("one", "two"));
}

TEST(SqliteTable, OfNoRowsIsRead) {
  const Reading reading = read(sqlite_file({sqlite_page({})}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_TRUE(reading.blobs.empty());
}

TEST(SqliteTable, OfSeveralLevelsIsReadFromLeftToRight) {
  const Reading reading = read(sqlite_file({sqlite_page({child(3, '\x02')}, 5), sqlite_page({child(6, '\x01')}, 4),
                                            sqlite_page({sqlite_row(2, "b")}), sqlite_page({sqlite_row(3, "c")}),
                                            sqlite_page({sqlite_row(1, "a")})}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.blobs, ElementsAre("a", "b", "c"));
}

// 600 bytes: 92 of the row in the leaf, the others on a page of their own.
std::string long_cell(std::uint32_t next, std::string_view blob) {
  const std::string row = std::string("\x04\x00\x89\x3c", 4) + std::string(blob);
  return std::string("\x84\x5c\x01", 3) + row.substr(0, 96) + big(next, 4);
}
std::string overflow_page(std::string_view blob) {
  std::string page = big(0, 4) + std::string(blob.substr(92));
  page.resize(512);
  return page;
}

TEST(SqliteTable, ReadsRowsThatAreLongerThanAPage) {
  std::string blob;
  for (int i = 0; i < 600; ++i) blob += static_cast<char>('a' + i % 26);
  const Reading reading = read(sqlite_file({sqlite_page({long_cell(3, blob)}), overflow_page(blob)}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.blobs, ElementsAre(blob));
}

TEST(SqliteTable, GivesNothingForWhatIsNoBlob) {
  const std::string text = std::string("\x09\x02\x04\x00\x19", 5) + "sixth!";
  const Reading reading = read(sqlite_file({sqlite_page({sqlite_row(1, "one"), text})}));
  EXPECT_TRUE(testing::ok(reading.result));
  EXPECT_THAT(reading.blobs, ElementsAre("one", ""));
  EXPECT_THAT(read(sqlite_file({sqlite_page({sqlite_row(1, "one")})}), 3).blobs, ElementsAre(""));
}

std::string changed(std::string file, std::size_t at, const std::string& bytes) {
  return file.replace(at, bytes.size(), bytes);
}

std::string good() { return sqlite_file({sqlite_page({sqlite_row(1, "one")})}); }

// A hundred cells that are one.
std::string overlapping_cells() {
  const std::string row = sqlite_row(1, std::string(50, 'x'));
  std::string page = "\x0d" + big(0, 2) + big(100, 2) + big(0, 2) + '\0';
  for (int i = 0; i < 100; ++i) page += big(512 - row.size(), 2);
  page.resize(512 - row.size());
  return sqlite_file({page + row});
}

struct Damaged {
  const char* name;
  std::string file;
  const char* why;
};
const Damaged kDamaged[] = {
    {"Empty", "", "it is none"},
    {"Other", std::string(4096, 'x'), "it is none"},
    {"NoHeader", good().substr(0, 99), "it is none"},
    {"OnlyAHeader", good().substr(0, 100), "page 1: it is not in the file"},
    {"PagesOfNothing", changed(good(), 16, big(0, 2)), "size"},
    {"PagesOfNoPower", changed(good(), 16, big(768, 2)), "size"},
    {"AllReserved", changed(good(), 20, big(33, 1)), "size"},
    {"NoTable", changed(good(), 512 - 24 + 6 + 5 - 1, "Q"), "no table 'Packages'"},
    {"AView", changed(sqlite_file({}), sqlite_file({}).find("table"), "views"), "no table 'Packages'"},
    {"TableElsewhere", changed(good(), 511, "\x09"), "page 9: it is not in the file"},
    {"TableOnNoPage", changed(good(), 511, big(0, 1)), "page 0: it is not in the file"},
    {"TableIsTheSchema", changed(good(), 511, "\x01"), "page 1: it is used twice"},
    {"Index", sqlite_file({changed(sqlite_page({}), 0, "\x0a")}), "page 2: it is none of a table"},
    {"MoreCellsThanRoom", sqlite_file({changed(sqlite_page({}), 3, big(300, 2))}), "more cells than room"},
    {"CellOutside", sqlite_file({changed(sqlite_page({sqlite_row(1, "a")}), 8, big(511, 2))}), "outside of it"},
    {"CellBreaksOff",
     sqlite_file({changed(changed(sqlite_page({sqlite_row(1, "a")}), 8, big(508, 2)), 508, "\xff\xff\xff\xff")}),
     "breaks off"},
    {"CellTooLong", sqlite_file({sqlite_page({"\x84\x5c\x01" + std::string(20, 'x')})}), "row breaks off"},
    {"RowLongerThanTheFile", sqlite_file({sqlite_page({std::string(8, '\xff') + "\xff\x01zz"})}), "more than the file"},
    {"CellsOverEachOther", overlapping_cells(), "more than the file"},
    {"ChildIsItself", sqlite_file({sqlite_page({}, 2)}), "page 2: it is used twice"},
    {"ChildrenAreOne", sqlite_file({sqlite_page({child(3, 1), child(3, 2)}, 3), sqlite_page({})}),
     "page 3: it is used twice"},
    {"OverflowInACircle",
     sqlite_file({sqlite_page({"\x87\x68\x01" + std::string("\x04\x00\x8f\x48", 4) + std::string(35, 'x') + big(3, 4)}),
                  changed(std::string(512, 'x'), 0, big(3, 4))}),
     "page 3: it is used twice"},
    {"OverflowIsMissing", sqlite_file({sqlite_page({long_cell(7, std::string(600, 'x'))})}),
     "page 7: it is not in the file"},
};
class DamagedTable : public ::testing::TestWithParam<Damaged> {};
TEST_P(DamagedTable, IsRefused) {
  EXPECT_TRUE(testing::fails_with(read(GetParam().file).result, Errc::Corrupt, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, DamagedTable, ::testing::ValuesIn(kDamaged), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
