#include "berth/app/learned_imports.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

class LearnedImportsTest : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& key) const { return folder_ / (key + ".imports"); }

  testing::TempFolder held_;
  std::filesystem::path folder_ = held_.path() / "code";
  LearnedImports imports_{folder_};
};

TEST_F(LearnedImportsTest, KeepWhatIsTold) {
  EXPECT_TRUE(imports_.of("ab").is_empty());
  EXPECT_TRUE(imports_.learn("ab", {"requests", "json"}));
  EXPECT_FALSE(imports_.learn("ab", {"json"}));
  EXPECT_FALSE(imports_.learn("ab", {}));
  EXPECT_EQ(LearnedImports(folder_).of("ab").text(), "berth-imports 1\n? requests\n? json\n");
}

TEST_F(LearnedImportsTest, LoseNoWordOfProcessesThatLearnAtOnce) {
  constexpr int kProcesses = 4;
  constexpr int kWords = 50;
  std::vector<pid_t> learning;
  for (int process = 0; process < kProcesses; ++process) {
    learning.push_back(::fork());
    ASSERT_GE(learning.back(), 0);
    if (learning.back() != 0) continue;
    for (int word = 0; word < kWords; ++word) {
      std::ignore = imports_.learn("ab", {"m" + std::to_string(process) + "_" + std::to_string(word)});
    }
    ::_exit(0);
  }
  for (const pid_t pid : learning) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  const std::string text = imports_.of("ab").text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + kProcesses * kWords);
}

TEST_F(LearnedImportsTest, AreOneListForEachKey) {
  EXPECT_TRUE(imports_.learn("ab", {"requests"}));
  EXPECT_TRUE(imports_.of("abc").is_empty());
  EXPECT_TRUE(imports_.of("a").is_empty());
}

TEST_F(LearnedImportsTest, AreForTheirOwnerAlone) {
  EXPECT_TRUE(imports_.learn("ab", {"requests"}));
  struct stat status = {};
  ASSERT_EQ(::stat(file("ab").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(LearnedImportsTest, SettleAndGiveUp) {
  EXPECT_TRUE(imports_.learn("ab", {"requests", "json"}));
  EXPECT_EQ(imports_.settle("ab", ImportList::parse("berth-imports 1\n+ requests\n- json slow\n")).size(), 1U);
  EXPECT_EQ(imports_.of("ab").text(), "berth-imports 1\n+ requests\n- json slow\n");
  imports_.give_up("ab");
  EXPECT_EQ(imports_.of("ab").text(), "berth-imports 1\n- requests unknown\n- json slow\n");
}

TEST_F(LearnedImportsTest, AFileThatIsNoListIsAnEmptyOne) {
  std::filesystem::create_directories(folder_);
  std::ofstream(file("aa")) << "something else";
  std::ofstream(file("bb")) << "berth-imports 1\n" << std::string(kLargestImportList, 'x');
  std::filesystem::create_directory(file("cc"));
  std::ofstream(held_.path() / "target") << "berth-imports 1\n+ json\n";
  std::filesystem::create_symlink(held_.path() / "target", file("dd"));
  for (const char* key : {"aa", "bb", "cc", "dd"}) EXPECT_TRUE(imports_.of(key).is_empty()) << key;
  EXPECT_TRUE(imports_.learn("aa", {"json"}));
  EXPECT_EQ(imports_.of("aa").text(), "berth-imports 1\n? json\n");
}

TEST_F(LearnedImportsTest, ABoundedNumberIsKept) {
  for (int i = 0; i < 1010; ++i) {
    std::filesystem::create_directories(folder_);
    std::ofstream(file(std::to_string(i))) << "berth-imports 1\n+ json\n";
  }
  std::filesystem::last_write_time(file("7"), std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_TRUE(imports_.learn("ab", {"json"}));
  EXPECT_FALSE(std::filesystem::exists(file("7")));
  EXPECT_FALSE(imports_.of("ab").is_empty());
}

}  // namespace
}  // namespace berth::app
