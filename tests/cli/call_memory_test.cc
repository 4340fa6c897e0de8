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

TEST(MemoryOfCalls, IsNoneOfProcessesOutsideOfContainers) { EXPECT_TRUE(memory_of_calls({::getpid()}).empty()); }

}  // namespace
}  // namespace berth::cli
