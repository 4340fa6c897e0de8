#include "berth/sys/full_disk.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

using ::testing::EndsWith;
using ::testing::Not;

constexpr const char* kAdvice = "the disk is full: make room there";

TEST(FullDisk, IsToldByTheKernelsError) {
  for (const int err : {ENOSPC, EDQUOT}) {
    const Error told = with_room_advice(Error::from_errno(err, "write to '/x'").in("pull image 'a'"));
    EXPECT_THAT(told.message(), ::testing::StartsWith("pull image 'a': write to '/x': "));
    EXPECT_THAT(told.message(), EndsWith(kAdvice));
    EXPECT_EQ(told.code(), Errc::Exhausted);
  }
}

TEST(FullDisk, IsNotWhatElseGoesWrong) {
  EXPECT_THAT(with_room_advice(Error::from_errno(EACCES, "write to '/x'")).message(), Not(EndsWith(kAdvice)));
  EXPECT_THAT(with_room_advice(Error(Errc::Exhausted, "too many")).message(), Not(EndsWith(kAdvice)));
  EXPECT_EQ(*with_room_advice(Result<int>(7)), 7);
}

// The kernel's own full device.
TEST(FullDisk, IsSaidOfAFileThatCannotBeWritten) {
  const int fd = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  const UniqueFd full(fd);
  EXPECT_TRUE(testing::fails_with(with_room_advice(write_all(fd, "x", "/dev/full")), Errc::Exhausted, kAdvice));
}

TEST(FullDisk, IsReadInTheWordsOfTools) {
  EXPECT_TRUE(says_full_disk("msg=\"writing blob: write /x: no space left on device\""));
  EXPECT_TRUE(says_full_disk("dpkg: error: No space left on device"));
  EXPECT_TRUE(says_full_disk("open /x: disk quota exceeded"));
  EXPECT_FALSE(says_full_disk("file too large"));
}

}  // namespace
}  // namespace berth::sys
