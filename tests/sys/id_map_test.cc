#include "berth/sys/id_map.h"

#include <gtest/gtest.h>

#include <ostream>

namespace berth::sys {

// For gtest's texts.
void PrintTo(const IdRange& range, std::ostream* out) { *out << range.first << ":" << range.count; }
void PrintTo(const IdExtent& extent, std::ostream* out) {
  *out << extent.inside << "=" << extent.outside << "+" << extent.count;
}

namespace {

struct SubidRow {
  const char* name;
  const char* text;
  std::vector<IdRange> ranges;
};

const SubidRow kSubids[] = {
    {"Empty", "", {}},
    {"One", "berth:1073741824:16777216\n", {{1073741824, 16777216}}},
    {"NoLineFeed", "berth:100000:65536", {{100000, 65536}}},
    {"AmongOthers", "alice:100000:65536\nberth:165536:65536\n\nbob:231072:65536\n", {{165536, 65536}}},
    {"Several", "berth:100000:1\nberth:200000:2\n", {{100000, 1}, {200000, 2}}},
    {"OthersWithSuchAName", "berth2:1:2\nberthx:1:2\nxberth:1:2\nBerth:1:2\nberth :1:2\n", {}},
    {"UpToTheLastId", "berth:4294901759:65536\n", {{4294901759, 65536}}},
    {"PastTheLastId", "berth:4294967295:1\nberth:4294901760:65536\n", {}},
    {"NumbersTooLarge", "berth:4294967296:1\nberth:1:99999999999999999999\n", {}},
    {"NoNumbers", "berth::\nberth:a:b\nberth:1:\nberth:1:2x\nberth:-1:2\nberth: 1:2\nberth:0x10:2\n", {}},
    {"TooFewFields", "berth\nberth:\nberth:1\n", {}},
    {"TooManyFields", "berth:1:2:3\n", {}},
    {"Comment", "# berth:1:2\n#berth:1:2\n", {}},
    {"CarriageReturn", "berth:1:2\r\n", {}},
    {"GrantOfNothing", "berth:100000:0\nberth:200000:65536\n", {{200000, 65536}}},
};

class Subids : public ::testing::TestWithParam<SubidRow> {};

TEST_P(Subids, AreRead) { EXPECT_EQ(subordinate_ranges(GetParam().text, "berth"), GetParam().ranges); }

INSTANTIATE_TEST_SUITE_P(Table, Subids, ::testing::ValuesIn(kSubids), [](const auto& row) { return row.param.name; });

TEST(IdRange, MapsIds) { EXPECT_EQ((IdRange{100000, 65536}).host_id_of(4000), 104000u); }

TEST(IdMap, IsReadAsTheKernelWritesIt) {
  EXPECT_EQ(parse_id_map("         0       1001          1\n         1     100000      65536\n"),
            (IdMap{{0, 1001, 1}, {1, 100000, 65536}}));
  EXPECT_EQ(parse_id_map("0 0 4294967295\n"), (IdMap{{0, 0, UINT32_MAX}}));
  EXPECT_EQ(parse_id_map(""), IdMap());
  EXPECT_EQ(parse_id_map("1 2\nx y z\n4294967296 0 1\n-1 0 1\n"), IdMap());
}

struct SplitRow {
  const char* name;
  IdMap map;
  IdMap around;
  IdMap pieces;
};

const SplitRow kSplits[] = {
    {"OfTheMachine", {{0, 1000000, 65536}}, {{0, 0, UINT32_MAX}}, {{0, 1000000, 65536}}},
    {"AtTheUsersOwnId",
     {{0, 0, 4000}, {4000, 60000, 1}},
     {{0, 1001, 1}, {1, 100000, 65536}},
     {{0, 0, 1}, {1, 1, 3999}, {4000, 60000, 1}}},
    {"AcrossThree", {{5, 0, 10}}, {{0, 7, 1}, {1, 100, 3}, {4, 500, 20}}, {{5, 0, 1}, {6, 1, 3}, {9, 4, 6}}},
    {"NotMapped", {{0, 50, 10}}, {{0, 7, 1}}, {{0, 50, 10}}},
    {"TheLastIds", {{0, UINT32_MAX - 2, 2}}, {{0, 0, UINT32_MAX}}, {{0, UINT32_MAX - 2, 2}}},
    {"Nothing", {}, {{0, 0, UINT32_MAX}}, {}},
};

class Splits : public ::testing::TestWithParam<SplitRow> {};

TEST_P(Splits, LieInOnePieceEach) { EXPECT_EQ(split_along(GetParam().map, GetParam().around), GetParam().pieces); }

INSTANTIATE_TEST_SUITE_P(Table, Splits, ::testing::ValuesIn(kSplits), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::sys
