#include "berth/content/file_stamps.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "tests/support/temp_folder.h"

namespace berth::content {
namespace {

using namespace std::chrono_literals;

class FileStampsTest : public ::testing::Test {
 protected:
  std::filesystem::path at(const char* name) const { return folder_.path() / name; }
  void write(const char* name, const std::string& text) const { std::ofstream(at(name)) << text; }
  // As it was at the beginning, and not fresh any more.
  void settle() const {
    write("file", "one");
    std::filesystem::remove(at("missing"));
    std::this_thread::sleep_for(150ms);
  }

  FileStamps stamps() const {
    FileStamps stamps;
    struct stat status = {};
    EXPECT_EQ(::stat(at("file").c_str(), &status), 0);
    stamps.add(at("file"), status);
    stamps.add_missing(at("missing"));
    return stamps;
  }

 private:
  testing::TempFolder folder_;
};

TEST_F(FileStampsTest, HoldWhileNothingChanges) {
  settle();
  EXPECT_TRUE(stamps().still_hold());
  EXPECT_TRUE(FileStamps().still_hold());
}

TEST_F(FileStampsTest, DoNotHoldOnceSomethingHas) {
  const std::function<void()> changes[] = {
      [&] { write("file", "two"); },
      [&] { write("missing", ""); },
      [&] { std::filesystem::remove(at("file")); },
      [&] {
        write("other", "one");
        std::filesystem::rename(at("other"), at("file"));
      },
      [&] {
        const auto time = std::filesystem::last_write_time(at("file"));
        write("file", "two");
        std::filesystem::last_write_time(at("file"), time);
      },
  };
  for (const auto& change : changes) {
    settle();
    const FileStamps before = stamps();
    EXPECT_TRUE(before.still_hold());
    change();
    EXPECT_FALSE(before.still_hold());
  }
}

// A change in the same tick of the clock would leave no trace.
TEST_F(FileStampsTest, DoNotHoldForWhatHadJustChanged) {
  settle();
  write("file", "two");
  const FileStamps fresh = stamps();
  std::this_thread::sleep_for(150ms);
  EXPECT_FALSE(fresh.still_hold());
}

}  // namespace
}  // namespace berth::content
