#include "berth/container/child_slot.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::container {
namespace {

// As the kernel writes it.
std::string sockstat(const std::string& sockets, const std::string& tcp) {
  return "sockets: " + sockets + "\nTCP: " + tcp +
         "\nUDP: inuse 0 mem 52\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n";
}

struct Row {
  const char* name;
  const char* sockets;
  const char* tcp;
  bool is_free;
};

const Row kRows[] = {
    {"Nothing", "used 0", "inuse 0 orphan 0 tw 0 alloc 3 mem 106", true},
    {"Socket", "used 1", "inuse 0 orphan 0 tw 0 alloc 3 mem 106", false},
    {"ManySockets", "used 10", "inuse 4 orphan 0 tw 0 alloc 3 mem 106", false},
    {"ConnectionThatWaits", "used 0", "inuse 0 orphan 0 tw 2 alloc 3 mem 106", false},
    {"TenThatWait", "used 0", "inuse 0 orphan 0 tw 10 alloc 3 mem 106", false},
    {"NoCount", "", "inuse 0 orphan 0 tw 0 alloc 3 mem 106", false},
    {"NoWaiting", "used 0", "inuse 0 orphan 0 alloc 3 mem 106", false},
};

class NetworkOfAChild : public ::testing::TestWithParam<Row> {};

TEST_P(NetworkOfAChild, IsHandedOnOnlyWhenNothingIsLeftInIt) {
  EXPECT_EQ(has_no_sockets(sockstat(GetParam().sockets, GetParam().tcp)), GetParam().is_free);
}

INSTANTIATE_TEST_SUITE_P(Table, NetworkOfAChild, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(NetworkOfAChild, IsNotHandedOnWhereTheKernelDoesNotTell) {
  EXPECT_FALSE(has_no_sockets(""));
  EXPECT_FALSE(has_no_sockets("sockets: used 0\n"));
}

}  // namespace
}  // namespace berth::container
