#include "berth/container/port_forward.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

constexpr const char* kTable =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:162E 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1157 1 000000002f\n"
    "   1: 0100007F:A2B4 0100007F:162E 01 00000000:00000000 00:00000000 00000000  1000        0 1158 1 000000002f\n"
    "   2: 0100007F:162E 0100007F:A2B4 01 00000000:00000000 02:00000A3C 00000000     7        0 1159 1 000000002f\n"
    "   3: 0200007F:A2B5 0100007F:162E 01 00000000:00000000 00:00000000 00000000     8        0 1158 1 000000002f\n"
    "   4: 0100007F:A2B6 0100007F:162E 01 00000000:0000";

struct Row {
  const char* name;
  const char* table;
  std::uint16_t from;
  std::uint16_t to;
  std::optional<std::uint32_t> owner;
};

const Row kRows[] = {
    {"TheEndOfTheOneWhoConnects", kTable, 0xa2b4, 5678, 1000},
    {"TheOtherEnd", kTable, 5678, 0xa2b4, 7},
    {"OfAnotherAddress", kTable, 0xa2b5, 5678, std::nullopt},
    {"NotThere", kTable, 0xa2b9, 5678, std::nullopt},
    {"CutOff", kTable, 0xa2b6, 5678, std::nullopt},
    {"Empty", "", 0xa2b4, 5678, std::nullopt},
};

class ConnectionOwner : public ::testing::TestWithParam<Row> {};

TEST_P(ConnectionOwner, IsFoundInTheKernelsTable) {
  EXPECT_EQ(owner_of_connection(GetParam().table, GetParam().from, GetParam().to), GetParam().owner);
}

INSTANTIATE_TEST_SUITE_P(Table, ConnectionOwner, ::testing::ValuesIn(kRows), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::container
