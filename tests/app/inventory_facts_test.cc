#include "berth/app/inventory_facts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "berth/app/sbom_service.h"
#include "berth/image/inventory_reader.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

class InventoryFacts : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << text;
  }
  void SetUp() override {
    write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    write("var/lib/dpkg/status",
          "Package: wget\nStatus: install ok installed\nVersion: 1.21\nArchitecture: amd64\n\n"
          "Package: python3-six\nStatus: install ok installed\nVersion: 1.16.0-4\nArchitecture: all\nSource: six "
          "(1.16.0)\n");
    write("var/lib/dpkg/info/python3-six.list", "/.\n/usr/lib/python3/dist-packages/six-1.16.0.dist-info\n");
    write("usr/share/doc/wget/copyright",
          "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+\n");
    write("usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA", "Name: six\nVersion: 1.16.0\nLicense: MIT\n");
    write("usr/local/lib/python3.11/site-packages/a-1.dist-info/METADATA",
          "Name: a\nVersion: 1\nLicense-File: ../../../../../../etc/os-release\n");
    write("usr/local/lib/python3.11/site-packages/a-1.dist-info/licenses/LICENSE",
          "Licensed under the Apache License, Version 2.0");
    write("usr/local/lib/python3.11/site-packages/a-1.dist-info/licenses/vendor/b/COPYING",
          "under the GNU GPL, version 3");
    write("usr/local/lib/python3.11/site-packages/a-1.dist-info/other/COPYING", "under the GNU GPL, version 2");
  }
  const vet::Facts& named(const std::vector<vet::Facts>& all, const char* name) {
    for (const vet::Facts& facts : all) {
      if (facts.package.name == name) return facts;
    }
    ADD_FAILURE() << "no " << name;
    return all.front();
  }

  testing::TempFolder folder_;
};

TEST_F(InventoryFacts, TellLicencesAndOwners) {
  const auto tree = image::ImageTree::open({folder_.path()});
  ASSERT_TRUE(testing::ok(tree));
  const auto inventory = image::read_inventory(*tree);
  ASSERT_TRUE(testing::ok(inventory));
  const auto all = facts_of_inventory(*tree, *inventory);
  ASSERT_EQ(all.size(), 4U);
  const vet::Facts& a = named(all, "a");
  ASSERT_EQ(a.licences.size(), 2U);
  EXPECT_EQ(a.licences[0].source, "licenses/LICENSE");
  EXPECT_EQ(a.licences[0].expression, "Apache-2.0");
  EXPECT_EQ(a.licences[1].source, "licenses/vendor/b/COPYING");
  EXPECT_EQ(a.licences[1].expression, "GPL-3.0-only");
  EXPECT_FALSE(a.owner.has_value());
  const vet::Facts& six = named(all, "six");
  ASSERT_TRUE(six.owner.has_value());
  EXPECT_EQ(six.owner->name, "python3-six");
  EXPECT_EQ(six.owner->ecosystem, vet::Ecosystem::Debian);
  const vet::Facts& wget = named(all, "wget");
  ASSERT_EQ(wget.licences.size(), 1U);
  EXPECT_EQ(wget.licences[0].expression, "GPL-3.0-or-later");
  EXPECT_TRUE(named(all, "python3-six").licences.empty());
  // By which advisories know them.
  EXPECT_EQ(wget.release, "Debian:12");
  EXPECT_EQ(wget.source_name, "wget");
  EXPECT_EQ(wget.source_version, "1.21");
  EXPECT_EQ(named(all, "python3-six").source_name, "six");
  EXPECT_EQ(named(all, "python3-six").source_version, "1.16.0");
  EXPECT_EQ(a.release, "");
}

TEST_F(InventoryFacts, BecomeABillOfMaterials) {
  const auto sbom = sbom_of_folder(folder_.path(), {.tool_version = "0.1.0", .created = {}});
  ASSERT_TRUE(testing::ok(sbom));
  EXPECT_EQ(sbom->name, folder_.path().filename().native());
  EXPECT_EQ(sbom->distribution.id, "debian");
  ASSERT_EQ(sbom->components.size(), 4U);
  EXPECT_EQ(sbom->components[0].package.name, "a");
  EXPECT_EQ(sbom->components[0].licence, "Apache-2.0");
  EXPECT_EQ(sbom->components[3].architecture, "amd64");
  EXPECT_TRUE(testing::fails_with(sbom_of_folder(folder_.path() / "gone", {}), Errc::NotFound, "gone"));
}

TEST_F(InventoryFacts, OfAFolderNameWhatCouldNotBeRead) {
  write("lib/broken-3.dist-info/METADATA", "no field at all\n");
  write("lib/empty-4.dist-info/RECORD", "");
  write("lib/old.egg-info/PKG-INFO", "Name: old\nVersion: 5\n");
  const auto all = facts_of_folder(folder_.path(), "my-root");
  ASSERT_TRUE(testing::ok(all));
  EXPECT_EQ(all->size(), 7U);  // four as above
  EXPECT_EQ(named(*all, "old").package.version, "5");
  for (const auto& [name, version] : {std::pair{"broken", "3"}, std::pair{"empty", "4"}}) {
    const vet::Facts& facts = named(*all, name);
    EXPECT_EQ(facts.package.version, version);
    EXPECT_EQ(facts.package.ecosystem, vet::Ecosystem::PyPI);
    ASSERT_EQ(facts.findings.size(), 1U);
    EXPECT_EQ(facts.findings[0].rule, "facts.missing");
  }
  EXPECT_TRUE(testing::fails_with(facts_of_folder(folder_.path() / "gone", "x"), Errc::NotFound, "read what is in"));
}

TEST_F(InventoryFacts, OfAFolderFollowNoLinks) {
  const testing::TempFolder outside;
  std::filesystem::create_directories(outside.path() / "x-1.dist-info");
  std::ofstream(outside.path() / "x-1.dist-info" / "METADATA") << "Name: x\nVersion: 1\n";
  std::filesystem::create_directory_symlink(outside.path(), folder_.path() / "more");
  std::filesystem::create_directories(folder_.path() / "y-1.dist-info");
  std::filesystem::create_symlink(outside.path() / "x-1.dist-info" / "METADATA",
                                  folder_.path() / "y-1.dist-info" / "METADATA");
  const auto all = facts_of_folder(folder_.path(), "my-root");
  ASSERT_TRUE(testing::ok(all));
  EXPECT_EQ(all->size(), 5U);
  EXPECT_EQ(named(*all, "y").findings[0].rule, "facts.missing");
}

}  // namespace
}  // namespace berth::app
