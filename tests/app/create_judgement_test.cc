#include "berth/app/create_judgement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "berth/app/source_reader.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

vet::Facts library(const char* name, const char* licence) {
  vet::Facts facts;
  facts.package = vet::make_package(vet::Ecosystem::PyPI, name, "1.0", "index");
  if (*licence != '\0') facts.licences = {{"License", licence, licence}};
  return facts;
}

image::CreateRecipe recipe_with(const char* package) {
  image::CreateRecipe recipe;
  recipe.base.manager = image::PackageManager::Apt;
  recipe.packages = {{{package, "1.0-1", "amd64"}, ""}};
  return recipe;
}

class Creation : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("PIP_NO_INDEX", "1", 1); }  // no index is asked
  void TearDown() override { ::unsetenv("PIP_NO_INDEX"); }

  void write(const char* name, const std::string& text) const { std::ofstream(temp_.path() / name) << text; }
  CreateJudgement open() const {
    Settings settings;
    settings.state = temp_.path() / "state";
    const JudgementOptions options = {.policy = (temp_.path() / "vet.yaml").native(),
                                      .approvals = (temp_.path() / "approvals.yaml").native()};
    auto opened = CreateJudgement::open(settings, options);
    EXPECT_TRUE(testing::ok(opened));
    return *std::move(opened);
  }
  void approve(const char* rule, const char* until) const {
    write("approvals.yaml", std::string("version: 1\napprovals: [{package: zz-thing, rule: ") + rule +
                                ", reason: r, who: ada, until: " + until + "}]");
  }

  testing::TempFolder temp_;
};

constexpr const char* kPolicy = "version: 1\nadvisories: {missing: allow}\n";

TEST_F(Creation, IsRefusedWithReasonRemedyAndHowToApprove) {
  write("vet.yaml", kPolicy);
  write("approvals.yaml", "version: 1\napprovals: []\n");
  CreateJudgement judgement = open();
  const auto verdict = judgement.judge_resolution(recipe_with("wget"), {library("zz-thing", "GPL-3.0-only")});
  ASSERT_TRUE(testing::ok(verdict));
  EXPECT_FALSE(verdict->accepted);
  EXPECT_THAT(verdict->findings, Contains(HasSubstr("zz-thing 1.0: licence.denied (refuse): License: 'GPL-3.0-only'")));
  EXPECT_THAT(verdict->findings,
              Contains(AllOf(HasSubstr("approvals.yaml"), HasSubstr("{package: zz-thing, rule: licence.denied"))));
}

TEST_F(Creation, TellsItsLicencesAsOneExpression) {
  write("vet.yaml", kPolicy);
  write("approvals.yaml", "version: 1\napprovals: []\n");
  CreateJudgement judgement = open();
  EXPECT_EQ(judgement.licences(), "");
  const auto of = [&](std::vector<vet::Facts> libraries) {
    EXPECT_TRUE(testing::ok(judgement.judge_resolution(recipe_with("wget"), std::move(libraries))));
    return judgement.licences();
  };
  EXPECT_EQ(of({library("a", "MIT OR Apache-2.0")}), "MIT OR Apache-2.0");
  EXPECT_EQ(of({library("a", "MIT OR Apache-2.0"), library("b", "MIT"), library("c", "MIT AND ISC")}),
            "ISC AND MIT AND (MIT OR Apache-2.0)");
  vet::Facts worded = library("d", "");
  worded.licences = {{"License", "BSD", ""}};
  EXPECT_EQ(of({worded, library("e", ""), library("b", "MIT")}), "LicenseRef-d AND LicenseRef-e AND MIT");
  EXPECT_EQ(of({library("my_lib", "")}), "LicenseRef-my-lib") << "no sign that an expression does not take";
}

TEST_F(Creation, IsHeldToLicencesOfDistributionsThatThePolicyNames) {
  write("approvals.yaml", "version: 1\napprovals: []\n");
  vet::Facts owned = library("zz-thing", "GPL-3.0-only");
  owned.owner = vet::make_package(vet::Ecosystem::Debian, "python3-zz-thing", "1.0-1", "x");
  const auto accepted_by = [&](const std::string& policy) {
    write("vet.yaml", policy);
    const auto verdict = open().judge_resolution(recipe_with("wget"), {owned});
    return verdict && verdict->accepted;
  };
  EXPECT_TRUE(accepted_by(kPolicy));
  EXPECT_FALSE(accepted_by(std::string(kPolicy) + "licences: {distribution: {copyleft: refuse}}\n"));
  EXPECT_FALSE(accepted_by(std::string(kPolicy) + "licences: {distribution: {copyleft: ask}}\n"));
  EXPECT_TRUE(accepted_by(std::string(kPolicy) + "licences: {distribution: {copyleft: allow}}\n"));
}

TEST_F(Creation, IsAcceptedWithAnApprovalThatIsRecorded) {
  write("vet.yaml", kPolicy);
  approve("licence.denied", "2199-12-31");
  CreateJudgement judgement = open();
  const auto verdict = judgement.judge_resolution(recipe_with("wget"), {library("zz-thing", "GPL-3.0-only")});
  ASSERT_TRUE(testing::ok(verdict));
  EXPECT_TRUE(verdict->accepted);
  EXPECT_THAT(verdict->findings, Contains(HasSubstr("approved: licence.denied of zz-thing")));
  const Json record = judgement.record();
  EXPECT_EQ(record.find("judged")->as_array()->size(), 2u);
  EXPECT_EQ(record.find("judged")->as_array()->back(), Json("zz-thing==1.0"));
  EXPECT_EQ(record.find("approvals")->as_array()->size(), 1u);
  EXPECT_THAT(record.text_or("policy", ""), ::testing::StartsWith("sha256:"));
}

TEST_F(Creation, IsAskedAboutWhereTheStartSetIsNotEnough) {
  write("vet.yaml", "version: 1\nadvisories: {start_set: ask}\n");
  write("approvals.yaml", "version: 1\napprovals: []\n");
  CreateJudgement judgement = open();
  image::CreateRequest request;
  const auto verdict = judgement.judge_request(request);
  ASSERT_TRUE(testing::ok(verdict));
  EXPECT_FALSE(verdict->accepted);
  EXPECT_THAT(verdict->findings, ElementsAre(HasSubstr("database.start-set (ask)")));
}

TEST_F(Creation, TellsThatThereAreNoAdvisoriesOfTheDistribution) {
  write("vet.yaml", kPolicy);
  write("approvals.yaml", "version: 1\napprovals: []\n");
  image::CreateRecipe recipe = recipe_with("wget");
  recipe.base.os = {.id = "debian", .version_id = "12", .name = ""};
  CreateJudgement told = open();
  const auto verdict = told.judge_resolution(recipe, {});
  ASSERT_TRUE(testing::ok(verdict));
  EXPECT_TRUE(verdict->accepted);
  EXPECT_THAT(verdict->findings,
              Contains(AllOf(HasSubstr("database.uncovered (allow)"), HasSubstr("of Debian:12 there are no advisories"),
                             HasSubstr("berth vet db import FILE"))));
  write("vet.yaml", "version: 1\nadvisories: {uncovered: refuse}\n");
  CreateJudgement refused = open();
  const auto other = refused.judge_resolution(recipe, {});
  ASSERT_TRUE(testing::ok(other));
  EXPECT_FALSE(other->accepted);
  EXPECT_THAT(other->findings, Contains(HasSubstr("database.uncovered (refuse)")));
}

TEST_F(Creation, LeavesALicenceThatTheIndexDoesNotTellToTheFiles) {
  write("vet.yaml", kPolicy);
  write("approvals.yaml", "version: 1\napprovals: []\n");
  CreateJudgement judgement = open();
  image::CreateRecipe recipe;
  const auto verdict = judgement.judge_resolution(recipe, {library("zz-thing", "")});
  ASSERT_TRUE(testing::ok(verdict));
  EXPECT_TRUE(verdict->accepted);
  // A file that is no wheel is asked about, and the licence too.
  image::LockedLibrary locked;
  locked.name = "zz-thing";
  locked.wheel = "zz_thing-1.0-py3-none-any.whl";
  recipe.libraries = {locked};
  write("zz_thing-1.0-py3-none-any.whl", "no archive");
  const Verdict files = judgement.judge_files(recipe, temp_.path());
  EXPECT_FALSE(files.accepted);
  EXPECT_THAT(files.findings, Contains(HasSubstr("facts.missing (ask)")));
  EXPECT_THAT(files.findings, Contains(HasSubstr("licence.none (ask)")));
}

TEST_F(Creation, JudgesAndRecordsWhatSourcesAreBuiltWith) {
  write("vet.yaml", kPolicy);
  write("approvals.yaml", "version: 1\napprovals: []\n");
  image::LockedLibrary source;
  source.name = "zz-source";
  source.version = "1.0";
  source.is_wheel = false;
  vet::Facts tool = library("zz-tool", "GPL-3.0-only");
  tool.package.origin = build_origin(source);
  CreateJudgement refused = open();
  const auto no = refused.judge_resolution({}, {library("zz-source", "MIT"), tool});
  ASSERT_TRUE(testing::ok(no));
  EXPECT_FALSE(no->accepted);
  EXPECT_THAT(no->findings, Contains(HasSubstr("zz-tool 1.0 (to build zz-source 1.0): licence.denied (refuse)")));

  tool.licences = {{"License", "MIT", "MIT"}};
  CreateJudgement judgement = open();
  const auto yes = judgement.judge_resolution({}, {library("zz-source", "MIT"), tool});
  ASSERT_TRUE(testing::ok(yes));
  EXPECT_TRUE(yes->accepted);
  EXPECT_EQ(print_json(*judgement.record().find("built_with")), R"(["zz-tool==1.0"])");
  EXPECT_EQ(judgement.record().find("judged")->as_array()->size(), 2u);
  // What it is built with is judged by its own files before the source is a wheel.
  image::LockedLibrary locked;
  locked.name = "zz-tool";
  locked.version = "1.0";
  locked.wheel = "zz_tool-1.0-py3-none-any.whl";
  source.built_with = {locked};
  image::CreateRecipe recipe;
  recipe.libraries = {source};
  write("zz_tool-1.0-py3-none-any.whl", "no archive");
  const Verdict files = judgement.judge_files(recipe, "/nowhere", temp_.path());
  EXPECT_FALSE(files.accepted);
  EXPECT_THAT(files.findings, Contains(HasSubstr("zz-tool 1.0 (to build zz-source 1.0): facts.missing (ask)")));
}

TEST_F(Creation, IsToldByARecordWithItsApprovals) {
  write("vet.yaml", kPolicy);
  approve("licence.denied", "2199-12-31");
  CreateJudgement judgement = open();
  EXPECT_TRUE(judgement.is_told_by(Json()));  // none was used
  const auto verdict = judgement.judge_resolution({}, {library("zz-thing", "GPL-3.0-only")});
  ASSERT_TRUE(testing::ok(verdict));
  EXPECT_TRUE(judgement.is_told_by(judgement.record()));
  EXPECT_FALSE(judgement.is_told_by(open().record()));
  EXPECT_FALSE(judgement.is_told_by(Json()));
}

TEST_F(Creation, GoesByAnotherBasisOnceAnApprovalIsOver) {
  write("vet.yaml", kPolicy);
  approve("licence.denied", "2199-12-31");
  const std::string approved = open().basis();
  EXPECT_EQ(open().basis(), approved);
  approve("licence.denied", "2020-12-31");
  const std::string over = open().basis();
  EXPECT_NE(over, approved);
  write("approvals.yaml", "version: 1\napprovals: []\n");
  EXPECT_EQ(open().basis(), over);
  write("vet.yaml", std::string(kPolicy) + "licences: {copyleft: ask}\n");
  EXPECT_NE(open().basis(), over);
}

}  // namespace
}  // namespace berth::app
