#include "berth/sys/kernel_text.h"

#include <gtest/gtest.h>

#include "berth/sys/file.h"

namespace berth::sys {
namespace {

TEST(KernelFileTest, ReadsAShortOneWhole) {
  const auto text = read_kernel_file("/proc/self/cgroup", 1 << 16);
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, read_file("/proc/self/cgroup", 1 << 16).value());
}

TEST(KernelFileTest, ReadsOneOfManyPagesWhole) {
  constexpr std::size_t kLimit = 256 << 20;
  const auto text = read_kernel_file("/proc/kallsyms", kLimit);
  if (!text) GTEST_SKIP() << "this kernel shows no symbols: " << text.error().message();
  EXPECT_EQ(text->size(), read_file("/proc/kallsyms", kLimit).value().size());
}

TEST(KernelFileTest, TellsOfOneThatIsTooLong) {
  const auto text = read_kernel_file("/proc/self/status", 16);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), Errc::Exhausted);
  EXPECT_NE(text.error().message().find("/proc/self/status"), std::string::npos);
}

TEST(KernelFileTest, TellsOfOneThatIsNotThere) {
  EXPECT_EQ(read_kernel_file("/proc/self/no such file", 16).error().code(), Errc::NotFound);
}

}  // namespace
}  // namespace berth::sys
