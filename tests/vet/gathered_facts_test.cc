// What is gathered of packages: from pip's report, and from what lies in a folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "berth/vet/index_facts.h"
#include "berth/vet/installed_packages.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::vet {
namespace {

using testing::fails_with;
using testing::ok;

TEST(PipReport, BecomesFacts) {
  const auto facts = facts_of_pip_report(R"({"version": "1", "install": [{"is_yanked": true,
      "download_info": {"url": "x", "archive_info": {"hashes": {"sha256": "0a"}}}, "metadata": {
      "name": "Some_Thing", "version": "1.0", "license": "MIT", "classifier": ["License :: OSI Approved :: MIT License"]}},
      {"metadata": {"name": "b", "version": "2", "license_expression": "MIT AND GPL-3.0-only"}}]})");
  ASSERT_TRUE(ok(facts));
  ASSERT_EQ(facts->size(), 2u);
  const Facts& first = facts->front();
  EXPECT_EQ(first.package.name, "some-thing");
  EXPECT_TRUE(first.is_yanked);
  EXPECT_EQ(first.is_on_index, true);
  EXPECT_EQ(first.sha256, "0a");
  EXPECT_EQ(facts->back().sha256, "");
  ASSERT_FALSE(first.licences.empty());
  EXPECT_EQ(first.licences.front().expression, "MIT");
  EXPECT_FALSE(facts->back().is_yanked);
  EXPECT_EQ(facts->back().licences.front().source, "License-Expression");
}

TEST(PipReport, SaysOfWhichFileMoreMayBeRead) {
  const auto url_of = [](const char* metadata) {
    const auto facts = facts_of_pip_report(
        std::string(R"({"install": [{"download_info": {"url": "https://x/a.whl"}, "metadata": {"name": "a",
        "version": "1", )") +
        metadata + "}}]}");
    return facts ? facts->front().file_url : facts.error().message();
  };
  EXPECT_EQ(url_of(R"("metadata_version": "2.4", "license": "MIT")"), "https://x/a.whl");
  EXPECT_EQ(url_of(R"("metadata_version": "2.4", "license_expression": "MIT")"), "");
  EXPECT_EQ(url_of(R"("metadata_version": "2.1", "license": "MIT")"), "");
  EXPECT_EQ(url_of(R"("metadata_version": "2.1", "license": "UNKNOWN")"), "https://x/a.whl");
}

TEST(PipReport, IsRefusedWhenItIsNone) {
  EXPECT_TRUE(fails_with(facts_of_pip_report(""), Errc::InvalidInput, "pip's report"));
  EXPECT_TRUE(fails_with(facts_of_pip_report("{}"), Errc::InvalidInput, "has no list 'install'"));
  EXPECT_TRUE(fails_with(facts_of_pip_report(R"({"install": [{}]})"), Errc::InvalidInput, "has no 'metadata'"));
}

TEST(IndexFacts, AskNobodyAboutWhatIsNotOfTheIndex) {
  LockedPackage elsewhere;
  elsewhere.package = make_package(Ecosystem::PyPI, "a", "1", "x");
  elsewhere.location = "git+https://host.example/a";
  LockedPackage misspelt;
  misspelt.package = make_package(Ecosystem::PyPI, "--index-url=x", "1", "x");
  const auto facts = fetch_index_facts({elsewhere, misspelt});
  ASSERT_TRUE(ok(facts));
  ASSERT_EQ(facts->size(), 2u);
  EXPECT_EQ(facts->front().findings.front().rule, "source.elsewhere");
  EXPECT_TRUE(facts->back().findings.empty());
}

class InstalledPackages : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root() / path).parent_path());
    std::ofstream(root() / path) << text;
  }
  std::filesystem::path root() const { return temp_.path() / "root"; }
  void SetUp() override { std::filesystem::create_directories(root()); }

  testing::TempFolder temp_;
};

TEST_F(InstalledPackages, AreReadWithTheirLicences) {
  write("lib/b-2.dist-info/METADATA", "Metadata-Version: 2.1\nName: b\nVersion: 2\n");
  write("lib/A-1.0.dist-info/METADATA", "Metadata-Version: 2.4\nName: A\nVersion: 1.0\nLicense-Expression: MIT\n");
  write("lib/A/code.py", "raise Exception()");
  write("lib/broken-3.dist-info/METADATA", "no field at all\n");
  write("lib/empty-4.dist-info/RECORD", "");
  const auto facts = read_installed_packages(root());
  ASSERT_TRUE(ok(facts));
  ASSERT_EQ(facts->size(), 4u);
  EXPECT_EQ((*facts)[0].package, make_package(Ecosystem::PyPI, "A", "1.0", "lib/A-1.0.dist-info/METADATA"));
  EXPECT_EQ((*facts)[0].licences.front().expression, "MIT");
  EXPECT_TRUE((*facts)[1].licences.empty());
  EXPECT_EQ((*facts)[2].package.name, "broken");
  EXPECT_EQ((*facts)[2].package.version, "3");
  EXPECT_EQ((*facts)[2].findings.front().rule, "facts.missing");
  EXPECT_EQ((*facts)[3].findings.front().rule, "facts.missing");
}

TEST_F(InstalledPackages, LinksLeadNowhere) {
  std::filesystem::create_directories(temp_.path() / "outside" / "x-1.dist-info");
  std::ofstream(temp_.path() / "outside" / "x-1.dist-info" / "METADATA")
      << "Metadata-Version: 2.1\nName: x\nVersion: 1\n";
  std::filesystem::create_directory_symlink(temp_.path() / "outside" / "x-1.dist-info", root() / "x-1.dist-info");
  std::filesystem::create_directory_symlink(temp_.path() / "outside", root() / "more");
  std::filesystem::create_directories(root() / "y-1.dist-info");
  std::filesystem::create_symlink(temp_.path() / "outside" / "x-1.dist-info" / "METADATA",
                                  root() / "y-1.dist-info" / "METADATA");
  const auto facts = read_installed_packages(root());
  ASSERT_TRUE(ok(facts));
  ASSERT_EQ(facts->size(), 1u);
  EXPECT_EQ((*facts)[0].package.name, "y");
  EXPECT_EQ((*facts)[0].findings.front().rule, "facts.missing");
  EXPECT_TRUE(fails_with(read_installed_packages(temp_.path() / "none"), Errc::NotFound, "read packages in"));
}

}  // namespace
}  // namespace berth::vet
