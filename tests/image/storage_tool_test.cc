#include "berth/image/storage_tool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

// A `skopeo` that writes down its words, first on PATH while it lives.
class ToldWords : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto program = folder_.path() / "skopeo";
    const std::string text = "#!/bin/sh\necho \"$@\" > '" + (folder_.path() / "words").native() + "'\n";
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(program, text, 0755)));
    path_ = std::getenv("PATH");
    ASSERT_EQ(::setenv("PATH", (folder_.path().native() + ":" + path_).c_str(), 1), 0);
  }
  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }

  std::string words() const { return sys::read_file(folder_.path() / "words", 10000).value_or(""); }

  ToolBounds bounds_ = {.deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1), .file_bytes = 1 << 20};
  testing::TempFolder folder_;
  std::string path_;
};

TEST_F(ToldWords, NameTheFolderForLargeFiles) {
  const StorageTool storage = {.graph_root = "/storage"};
  const Reference name = {.registry = "docker.io", .path = "a/b", .tag = "1"};
  ASSERT_TRUE(testing::ok(copy_into_storage(storage, "/work/image", name, bounds_)));
  EXPECT_TRUE(words().contains("--tmpdir /work/image copy ")) << words();
  ASSERT_TRUE(testing::ok(copy_out_of_storage(storage, "x", "/work/image", DigestKept::Any, bounds_)));
  EXPECT_TRUE(words().contains("--tmpdir /work copy ")) << words();
}

}  // namespace
}  // namespace berth::image
