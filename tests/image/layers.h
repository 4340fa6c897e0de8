// Layers of an image, written file by file.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace berth::image {

class Layers {
 public:
  // The folder of the layer `number`, 0 the top one; made when it is asked for.
  std::filesystem::path layer(std::size_t number) {
    const auto folder = folder_.path() / std::to_string(number);
    std::filesystem::create_directories(folder);
    return folder;
  }

  void put(std::size_t number, const std::filesystem::path& path, const std::string& text) {
    const auto file = made(number, path);
    std::ofstream(file, std::ios::binary) << text;
  }
  void link(std::size_t number, const std::filesystem::path& path, const std::string& target) {
    std::filesystem::create_symlink(target, made(number, path));
  }
  // Hides the name in the layers below.
  void white_out(std::size_t number, const std::filesystem::path& path) {
    ASSERT_EQ(::mknod(made(number, path).c_str(), S_IFCHR | 0600, 0), 0);
  }
  // Hides what the folder holds in the layers below; false where it may not have such an attribute.
  bool make_opaque(std::size_t number, const std::filesystem::path& path, const char* attribute) {
    const auto folder = layer(number) / path;
    std::filesystem::create_directories(folder);
    return ::setxattr(folder.c_str(), attribute, "y", 1, 0) == 0;
  }

  std::vector<std::filesystem::path> folders(std::size_t count) {
    std::vector<std::filesystem::path> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(layer(i));
    return all;
  }
  const std::filesystem::path& root() const { return folder_.path(); }

 private:
  std::filesystem::path made(std::size_t number, const std::filesystem::path& path) {
    const auto file = layer(number) / path;
    std::filesystem::create_directories(file.parent_path());
    return file;
  }

  testing::TempFolder folder_;
};

}  // namespace berth::image
