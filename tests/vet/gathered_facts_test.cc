// What is gathered of packages from pip's report, and from lists alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "berth/vet/index_facts.h"
#include "berth/vet/python_licence.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using testing::fails_with;
using testing::ok;

TEST(PipReport, BecomesFacts) {
  const auto facts = facts_of_pip_report(R"({"version": "1", "install": [{"is_yanked": true,
      "download_info": {"url": "x", "archive_info": {"hashes": {"sha256": "0A"}}}, "metadata": {
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

TEST(PipReport, SaysWhichFileMayBeRead) {
  const auto facts = facts_of_pip_report(R"({"install": [
      {"download_info": {"url": "https://x/a.whl"}, "metadata": {"name": "a", "version": "1", "license": "MIT"}},
      {"metadata": {"name": "b", "version": "1", "license": "MIT"}}]})");
  ASSERT_TRUE(ok(facts));
  EXPECT_EQ(facts->front().file_url, "https://x/a.whl");
  EXPECT_EQ(facts->front().licences.size(), 1u);
  EXPECT_EQ(facts->back().file_url, "");
  ASSERT_EQ(facts->back().licences.size(), 2u) << "nobody can read its licence files";
  EXPECT_EQ(facts->back().licences.back().text, kUnread);
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
  const auto facts = fetch_index_facts({elsewhere, misspelt}, {}, {});
  ASSERT_TRUE(ok(facts));
  ASSERT_EQ(facts->size(), 2u);
  EXPECT_EQ(facts->front().findings.front().rule, "source.elsewhere");
  EXPECT_TRUE(facts->back().findings.empty());
}

TEST(IndexFacts, AreAskedForANameAtATime) {
  std::vector<LockedPackage> packages;
  for (const char* version : {"", "1.0", "", "2.0"}) {
    packages.emplace_back().package = make_package(Ecosystem::PyPI, "Some_Name", version, "x");
    packages.emplace_back().package = make_package(Ecosystem::PyPI, "some-other", "1", "x");
  }
  packages[6].bounds = {"<3"};
  std::vector<const LockedPackage*> all;
  for (const LockedPackage& one : packages) all.push_back(&one);
  const auto waves = waves_of(all);
  using Wave = std::vector<const LockedPackage*>;
  EXPECT_EQ(waves, (std::vector<Wave>{{&packages[0], &packages[1], &packages[3], &packages[4], &packages[5], all[7]},
                                      {&packages[2]},
                                      {&packages[6]}}));
  EXPECT_TRUE(waves_of({}).empty());
}

TEST(IndexFacts, WithoutAnIndexAreWhatTheListSays) {
  LockedPackage elsewhere;
  elsewhere.package = make_package(Ecosystem::PyPI, "a", "1", "x");
  elsewhere.location = "git+https://host.example/a";
  LockedPackage locked;
  locked.package = make_package(Ecosystem::PyPI, "b", "2", "x");
  locked.hashes = {"sha256:0A", "md5:00"};
  const auto facts = facts_without_index({elsewhere, locked});
  ASSERT_EQ(facts.size(), 2u);
  ASSERT_EQ(facts[0].findings.size(), 1u);
  EXPECT_EQ(facts[0].findings[0].rule, "source.elsewhere");
  EXPECT_EQ(facts[1].package, locked.package);
  EXPECT_EQ(facts[1].locked_sha256, std::vector<std::string>{"0a"});
  EXPECT_TRUE(facts[1].findings.empty());
}

}  // namespace
}  // namespace berth::vet
