#include "berth/cli/call_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>

namespace berth::cli {
namespace {

TEST(MemoryOfCalls, IsNoneOfProcessesThatThereAreNot) {
  EXPECT_TRUE(memory_of_calls({}).empty());
  EXPECT_TRUE(memory_of_calls({std::numeric_limits<std::int32_t>::max()}).empty());
}

TEST(MemoryOfCalls, IsThatOfTheGroup) {
  const auto memory = memory_of_calls({::getpid()});
  EXPECT_LE(memory.size(), 1u);  // a machine may count none
  for (const auto& [process, bytes] : memory) EXPECT_GT(bytes, 0u);
}

}  // namespace
}  // namespace berth::cli
