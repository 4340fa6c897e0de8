#include "berth/container/process_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "berth/sys/child.h"
#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

using ::testing::ElementsAre;

TEST(CallPages, AreWhatACallHasWrittenToAndAWaitingChildShares) {
  CallPages pages(8);
  EXPECT_FALSE(pages.wants_spare());
  ASSERT_TRUE(pages.wants_call());
  pages.take_call({1, 2, 3, 5, 9});
  ASSERT_TRUE(pages.wants_spare());
  EXPECT_TRUE(pages.take_spare({1, 3, 4, 5})) << "2 was written to by both, and 9 is new memory of the call";
  EXPECT_THAT(pages.all(), ElementsAre(1, 3, 5));
  EXPECT_FALSE(pages.wants_spare());
}

TEST(CallPages, AreLookedAtMoreAndMoreSeldom) {
  CallPages pages(8);
  std::string wanted;
  for (int call = 1; call <= 20; ++call) wanted += pages.wants_call() ? std::to_string(call) + " " : "";
  EXPECT_EQ(wanted, "1 2 4 8 16 ");
}

TEST(CallPages, GatherUpToAsManyAsThereMayBe) {
  CallPages pages(3);
  ASSERT_TRUE(pages.wants_call());
  pages.take_call({5, 7});
  EXPECT_TRUE(pages.take_spare({4, 5, 6, 7, 8, 9}));
  ASSERT_TRUE(pages.wants_call());
  pages.take_call({6, 8, 9});
  EXPECT_TRUE(pages.take_spare({4, 6, 8, 9}));
  EXPECT_THAT(pages.all(), ElementsAre(5, 6, 7));
  for (int call = 0; call < 10; ++call) EXPECT_FALSE(pages.wants_call()) << "there is no room";
}

TEST(CallPages, AreNotNewASecondTime) {
  CallPages pages(8);
  pages.take_call({5});
  EXPECT_TRUE(pages.take_spare({5}));
  pages.take_call({5});
  EXPECT_FALSE(pages.take_spare({5})) << "the zygote knows it already";
  pages.take_call({5});
  EXPECT_FALSE(pages.take_spare({}));
}

// What a child writes to becomes its own; what it reads, or does not touch, stays its parent's.
TEST(ProcessPages, AreAForkedProcesssOwnOnceItHasWrittenToThem) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const mapped = ::mmap(nullptr, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  auto* const bytes = static_cast<volatile char*>(mapped);
  for (std::size_t i = 0; i < 3; ++i) bytes[i * page] = 1;  // the last one is in nobody's memory
  auto ready = sys::make_pipe();
  auto go = sys::make_pipe();
  ASSERT_TRUE(ready && go);
  auto child = sys::Child::start(0, std::nullopt, [&] {
    go->write.reset();
    bytes[page] = static_cast<char>(bytes[0] + 1);
    char byte = 0;
    const bool is_told = ::write(ready->write.get(), "r", 1) == 1 && ::read(go->read.get(), &byte, 1) >= 0;
    return is_told ? 0 : 1;
  });
  ASSERT_TRUE(testing::ok(child));
  char byte = 0;
  ASSERT_EQ(::read(ready->read.get(), &byte, 1), 1);
  const auto pages = pages_of(child->pid());
  ASSERT_TRUE(testing::ok(pages));
  const auto found_in = [&](const Pages& all) {
    EXPECT_TRUE(std::ranges::is_sorted(all));
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < 4; ++i) {
      if (std::ranges::binary_search(all, reinterpret_cast<std::uint64_t>(mapped) + i * page)) found.push_back(i);
    }
    return found;
  };
  EXPECT_THAT(found_in(pages->own), ElementsAre(1));
  EXPECT_THAT(found_in(pages->shared), ElementsAre(0, 2));
  go->write.reset();
  ::munmap(mapped, 4 * page);
}

TEST(ProcessPages, OfNobodyAreAnError) {
  EXPECT_TRUE(testing::fails_with(pages_of(0x3fffffff), Errc::NotFound, "open /proc/"));
}

}  // namespace
}  // namespace berth::container
