// A folder that a test fills with content.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::content {

class ContentFixture : public ::testing::Test {
 protected:
  std::filesystem::path at(std::string_view inside) const { return folder_.path() / inside; }

  std::filesystem::path write(std::string_view inside, std::string_view text) const {
    const auto path = at(inside);
    std::filesystem::create_directories(path.parent_path());
    EXPECT_TRUE(testing::ok(sys::write_file_atomically(path, text, 0644)));
    return path;
  }

  void link(std::string_view inside, std::string_view target) const {
    const auto path = at(inside);
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::create_symlink(target, path);
  }

  // The YAML of a script whose code lies beside it.
  static std::string script_yaml(std::string_view name, std::string_view code = "''") {
    return "name: " + std::string(name) + "\ncommonfields: {id: " + std::string(name) +
           ", version: -1}\ntype: python\nsubtype: python3\nscript: " + std::string(code) + "\n";
  }

 private:
  testing::TempFolder folder_;
};

}  // namespace berth::content
