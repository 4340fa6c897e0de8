#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "berth/vet/policy.h"
#include "berth/vet/report_json.h"
#include "berth/vet/rule_texts.h"

namespace berth::vet {
namespace {

using ::testing::HasSubstr;

Finding weakness(const char* id, const char* origin) {
  Finding finding;
  finding.verdict = Verdict::Refuse;
  finding.rule = "advisory.high";
  finding.package = make_package(Ecosystem::PyPI, "a", "1.0", origin);
  finding.ids = {id, "GHSA-x"};
  finding.severity = "high";
  finding.score = 7.5;
  finding.fixed = {"1.1", "2.0"};
  return finding;
}

Report report_of(std::vector<Finding> findings) {
  Report report;
  JudgedPackage package;
  package.facts.package = findings.front().package;
  for (Finding& one : findings) package.findings.push_back({.finding = std::move(one), .approval = std::nullopt});
  report.packages.push_back(std::move(package));
  report.notes = {"an approval is over"};
  return report;
}

TEST(RuleTexts, AreThereForEachRuleThatFindingsAreMadeBy) {
  for (const std::string& rule : known_rules()) {
    const RuleText* const text = find_rule_text(rule);
    ASSERT_NE(text, nullptr) << rule;
    EXPECT_TRUE(text->text.ends_with('.')) << rule;
  }
  EXPECT_EQ(find_rule_text("licence"), nullptr);
}

TEST(ReportAsJson, HasWhatEvidenceSaysAsMembers) {
  Finding alike;
  alike.rule = "name.look-alike";
  alike.target = "requests";
  alike.rank = 7;
  const Json json = json_of_report(report_of({weakness("CVE-1", "deploy/requirements.txt:3"), alike}));
  const Json& first = json.find("packages")->as_array()->front();
  const Json& weak = first.find("findings")->as_array()->front();
  EXPECT_EQ(print_json(*weak.find("ids")), R"(["CVE-1", "GHSA-x"])");
  EXPECT_EQ(weak.text_or("severity", ""), "high");
  EXPECT_EQ(print_json(*weak.find("score")), "7.5");
  EXPECT_EQ(print_json(*weak.find("fixed")), R"(["1.1", "2.0"])");
  EXPECT_EQ(weak.text_or("file", ""), "deploy/requirements.txt");
  EXPECT_EQ(*weak.find("line")->as_int(), 3);
  const Json& name = first.find("findings")->as_array()->back();
  EXPECT_EQ(name.text_or("target", ""), "requests");
  EXPECT_EQ(*name.find("rank")->as_int(), 7);
  EXPECT_EQ(name.find("ids"), nullptr);
}

TEST(ReportAsSarif, TellsTwoWeaknessesAndTwoFilesApart) {
  Finding told;
  told.rule = "licence.disagreement";
  Finding taken;
  taken.rule = "licence.allowed";
  const Json sarif = sarif_of_report(
      report_of({weakness("CVE-1", "a/requirements.txt:3"), weakness("CVE-2", "a/requirements.txt:3"),
                 weakness("CVE-1", "b/requirements.txt:3"), weakness("CVE-1", "b/requirements.txt:3"), told, taken}),
      "1");
  const Json& run = sarif.find("runs")->as_array()->front();
  std::set<std::string> prints;
  std::set<std::string> places;
  for (const Json& result : *run.find("results")->as_array()) {
    prints.insert(result.find("partialFingerprints")->text_or("finding/v2", ""));
    const Json& place = result.find("locations")->as_array()->front();
    places.insert(place.find("physicalLocation")->find("artifactLocation")->text_or("uri", ""));
  }
  EXPECT_EQ(run.find("results")->as_array()->size(), 5U);
  EXPECT_EQ(prints.size(), 5U);
  EXPECT_TRUE(places.contains("a/requirements.txt"));
  EXPECT_TRUE(places.contains("b/requirements.txt"));
  const Json& rule = run.find("tool")->find("driver")->find("rules")->as_array()->front();
  EXPECT_EQ(rule.find("shortDescription")->text_or("text", ""),
            "A weakness of the version is known, of high severity.");
  EXPECT_THAT(rule.find("help")->text_or("markdown", ""), HasSubstr("(docs/vetting.md#how-it-judges)"));
  EXPECT_THAT(print_json(*run.find("invocations")), HasSubstr("an approval is over"));
}

TEST(Reports, SayByWhatTheyJudge) {
  Report report = report_of({weakness("CVE-1", "x")});
  EXPECT_TRUE(json_of_report(report).find("policy")->is_null());
  EXPECT_THAT(print_json(sarif_of_report(report, "1")), HasSubstr("judged by the default policy"));
  report.by = {.policy = "/x/vet.yaml",
               .policy_sha256 = std::string(64, 'a'),
               .approvals = "/x/approvals.yaml",
               .approvals_sha256 = std::string(64, 'b')};
  const Json json = json_of_report(report);
  EXPECT_EQ(json.find("policy")->text_or("file", ""), "/x/vet.yaml");
  EXPECT_EQ(json.find("approvals")->text_or("sha256", ""), std::string(64, 'b'));
  EXPECT_THAT(print_json(sarif_of_report(report, "1")),
              HasSubstr("judged by the policy '/x/vet.yaml' (SHA-256 aaaaaaaaaaaa)"));
}

TEST(PlacesOfReports, AreFilesWithOrWithoutALine) {
  EXPECT_EQ(place_of("requirements.txt:12").line, 12);
  EXPECT_EQ(place_of("requirements.txt:12").file, "requirements.txt");
  for (const char* whole : {"command line", "x:", "x:0", "x:1a", "C:/x", ":12", ""}) {
    EXPECT_EQ(place_of(whole).file, whole);
    EXPECT_EQ(place_of(whole).line, 0);
  }
}

}  // namespace
}  // namespace berth::vet
