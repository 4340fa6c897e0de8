#include "berth/image/image_diff.h"

#include <gtest/gtest.h>

namespace berth::image {
namespace {

DistributionPackage package(const char* name, const char* version, const char* architecture = "amd64") {
  return {PackageFormat::Dpkg, name, version, architecture, name, version, "", 0};
}

PythonDistribution python(const char* name, const char* version) {
  return {name, version, "site-packages/x", "", "", true};
}

TEST(ImageDiff, OfTheSameIsEmpty) {
  const Inventory inventory = {.os = {"debian", "12", "Debian"}, .packages = {package("bash", "5")}};
  EXPECT_TRUE(diff_of(inventory, {}, inventory, {}).is_empty());
}

TEST(ImageDiff, NamesWhatWasAddedRemovedAndChanged) {
  Inventory before;
  before.os = {"debian", "12", "Debian 12"};
  before.packages = {package("bash", "5"), package("gone", "1"), package("libc6", "2", "amd64"),
                     package("libc6", "2", "i386")};
  before.python = {python("Py_YAML", "6.0"), python("six", "1"), python("six", "2")};
  before.interpreters = {{"usr/bin/python3.11", "cpython", "3.11.2"}};
  Inventory after;
  after.os = {"debian", "13", "Debian 13"};
  after.packages = {package("bash", "5.1"), package("libc6", "2", "amd64"), package("new", "1")};
  after.python = {python("py-yaml", "6.1"), python("six", "2")};
  after.interpreters = {{"usr/bin/python3.13", "cpython", "3.13.1"}};
  ImageConfig config_before;
  config_before.user = "demisto";
  config_before.env = {"A=1", "B=2"};
  ImageConfig config_after;
  config_after.env = {"A=1", "B=3"};
  config_after.labels = {{"k", "v"}};
  const ImageDiff diff = diff_of(before, config_before, after, config_after);
  EXPECT_EQ(diff.os, (std::vector<Change>{{"distribution", "Debian 12", "Debian 13"}}));
  EXPECT_EQ(diff.packages, (std::vector<Change>{{"bash", "5", "5.1"},
                                                {"gone", "1", ""},
                                                {"libc6", "", "2"},
                                                {"libc6:amd64", "2", ""},
                                                {"libc6:i386", "2", ""},
                                                {"new", "", "1"}}));
  EXPECT_EQ(diff.python, (std::vector<Change>{{"py-yaml", "6.0", "6.1"}, {"six", "1, 2", "2"}}));
  EXPECT_EQ(diff.interpreters,
            (std::vector<Change>{{"usr/bin/python3.11", "3.11.2", ""}, {"usr/bin/python3.13", "", "3.13.1"}}));
  EXPECT_EQ(diff.configuration,
            (std::vector<Change>{{"env B", "2", "3"}, {"label k", "", "v"}, {"user", "demisto", ""}}));
}

}  // namespace
}  // namespace berth::image
