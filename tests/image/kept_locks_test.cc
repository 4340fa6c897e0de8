#include "berth/image/kept_locks.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

std::string digest_of(char digit) { return "sha256:" + std::string(64, digit); }

class Locks : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / kLockFile; }
  void write(char digit) {
    const ImageLock lock{{{"demisto/a:1", digest_of(digit)}}};
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(file(), print_image_lock(lock), 0644)));
  }
  std::string locked_to() {
    const auto lock = locks_.of(folder_.path());
    if (!lock || *lock == nullptr) return lock ? "none" : lock.error().message();
    return (*lock)->digests.at("demisto/a:1");
  }
  testing::TempFolder folder_;
  KeptLocks locks_;
};

TEST_F(Locks, AreSeenAsTheyAreNow) {
  EXPECT_EQ(locked_to(), "none");
  write('1');
  EXPECT_EQ(locked_to(), digest_of('1'));
  write('2');  // at once, and of the same size
  EXPECT_EQ(locked_to(), digest_of('2'));
  std::filesystem::remove(file());
  EXPECT_EQ(locked_to(), "none");
}

TEST_F(Locks, ThatAreDamagedAreNotWhatTheyWere) {
  write('1');
  EXPECT_EQ(locked_to(), digest_of('1'));
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(file(), "{", 0644)));
  EXPECT_TRUE(testing::fails_with(locks_.of(folder_.path()), Errc::InvalidInput, "read lock file"));
}

// The same map, and not one that was read anew, is how it shows that the file was left alone.
TEST_F(Locks, AreReadOnceWhileTheyStayAsTheyAre) {
  write('1');
  KeptLocks locks(std::chrono::seconds(-1));  // the file counts as one of a second ago
  const std::string* before = &(*locks.of(folder_.path()))->digests.begin()->second;
  EXPECT_EQ(&(*locks.of(folder_.path()))->digests.begin()->second, before);
  ASSERT_EQ(::chmod(file().c_str(), 0600), 0);
  EXPECT_NE(&(*locks.of(folder_.path()))->digests.begin()->second, before);
}

}  // namespace
}  // namespace berth::image
