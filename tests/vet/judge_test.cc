#include "berth/vet/judge.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/utc_text.h"
#include "berth/vet/advisory_reader.h"
#include "berth/vet/module_names.h"
#include "berth/vet/popular_names.h"
#include "berth/vet/report_json.h"
#include "berth/vet/start_advisories.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ok;

const auto kNow = *parse_utc("2026-11-26T12:00:00Z");

// Facts of a package that nothing is to be said against.
Facts good(const char* name = "zz-thing", const char* version = "1.0") {
  Facts facts;
  facts.package = make_package(Ecosystem::PyPI, name, version, "requirements.txt:3");
  facts.licences = {{"License-Expression", "MIT", "MIT"}};
  facts.released = *parse_utc("2026-01-01");
  return facts;
}

AdvisoryDatabase advisories_of(const std::string& records, const std::string& imported = "2026-11-25T12:00:00Z") {
  auto gathered = gather_advisories(records, "records");
  EXPECT_TRUE(ok(gathered));
  gathered->source.name = "test";
  gathered->source.imported = imported;
  const std::string bytes = encode_advisories(gathered->source, gathered->advisories);
  std::vector<AdvisoryFile> files;
  files.push_back(*decode_advisories(std::vector<char>(bytes.begin(), bytes.end())));
  return AdvisoryDatabase(std::move(files));
}

AdvisoryDatabase database(const std::string& imported = "2026-11-25T12:00:00Z") {
  return advisories_of(R"([
    {"id": "CVE-1", "summary": "bad", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
     "affected": [{"package": {"ecosystem": "PyPI", "name": "zz-thing"}, "ranges": [{"type": "ECOSYSTEM",
       "events": [{"introduced": "2"}, {"fixed": "2.5"}]}]}]},
    {"id": "CVE-2", "affected": [{"package": {"ecosystem": "PyPI", "name": "zz-thing"}, "ranges": [{"type": "ECOSYSTEM",
       "events": [{"introduced": "2"}, {"fixed": "2.6"}]}]}]},
    {"id": "MAL-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "zz-thing"}, "versions": ["6.6.6"]}]},
    {"id": "CVE-10", "affected": [{"package": {"ecosystem": "PyPI", "name": "zz-steps"}, "ranges": [{"type": "ECOSYSTEM",
       "events": [{"introduced": "0"}, {"fixed": "1.9"}, {"introduced": "2"}, {"fixed": "2.10"}]}]}]},
    {"id": "CVE-11", "affected": [{"package": {"ecosystem": "PyPI", "name": "zz-steps"}, "ranges": [{"type": "ECOSYSTEM",
       "events": [{"introduced": "1.9"}, {"fixed": "1.10"}, {"introduced": "2.10"}]}]}]},
    {"id": "DSA-1", "database_specific": {"severity": "high"}, "affected": [{"package": {"ecosystem": "Debian:12", "name": "zzlib"},
       "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2-2"}]}]}]}])",
                       imported);
}

struct Case {
  Policy policy;
  std::vector<Approval> approvals;
  AdvisoryDatabase advisories = database();
  std::vector<std::string> problems;

  Report report(std::vector<Facts> facts) const {
    static const LookAlikes kLookAlikes(PopularNames::built_in(), ModuleNames::built_in());
    return judge(std::move(facts), policy, approvals, {advisories, problems, MaliciousNames::built_in(), kLookAlikes},
                 kNow);
  }
  // The rules that are not allowed, "RULE VERDICT", approved ones with "approved".
  std::vector<std::string> rules(Facts facts) const {
    std::vector<std::string> rules;
    const Report judged = report({std::move(facts)});
    for (const JudgedFinding& one : judged.packages[0].findings) {
      if (one.finding.verdict == Verdict::Allow) continue;
      rules.push_back(one.finding.rule + " " +
                      (one.approval ? "approved" : std::string(verdict_text(one.finding.verdict))));
    }
    return rules;
  }
};

// The start set alone, as it comes with the program.
AdvisoryDatabase start_set() {
  std::vector<AdvisoryFile> files;
  files.push_back(start_advisories());
  return AdvisoryDatabase(std::move(files));
}

TEST(Judge, TellsThatThereIsOnlyTheStartSetAndAsksByThePolicy) {
  Case with = {.policy = {}, .approvals = {}, .advisories = start_set(), .problems = {}};
  Facts facts = good();
  facts.released = *parse_utc("2023-01-01");
  const Report report = with.report({facts});
  EXPECT_EQ(report.verdict(), Verdict::Allow);
  ASSERT_EQ(report.general.size(), 1u);
  EXPECT_EQ(report.general[0].rule, "database.start-set");
  EXPECT_EQ(report.general[0].verdict, Verdict::Allow);
  EXPECT_EQ(report.general[0].evidence,
            "of the Python index there are only the 2661 advisories that came with Berth, of 2024-10-10, 777 days old: "
            "no weakness that was found since is known");
  with.policy.start_set = Verdict::Ask;
  EXPECT_EQ(with.report({facts}).verdict(), Verdict::Ask);
  with.policy.rules["database.start-set"] = Verdict::Refuse;
  EXPECT_EQ(with.report({facts}).verdict(), Verdict::Refuse);
}

TEST(Judge, AsksAboutReleasesThatTheStartSetCannotKnow) {
  const Case with = {.policy = {}, .approvals = {}, .advisories = start_set(), .problems = {}};
  EXPECT_THAT(with.rules(good()), ElementsAre("release.unseen ask"));  // of 2026
  Facts before = good();
  before.released = *parse_utc("2024-10-09");
  EXPECT_THAT(with.rules(before), IsEmpty());
  before.released.reset();  // nobody says: the start set is told of in any case
  EXPECT_THAT(with.rules(before), IsEmpty());
  EXPECT_THAT(with.rules(good("django", "3.2.0")), Contains(HasSubstr("advisory.")));
  EXPECT_THAT(Case().rules(good()), IsEmpty());
}

TEST(Judge, AsksWhereAListIsOldOrDamaged) {
  const LookAlikes look_alikes(PopularNames::built_in(), ModuleNames::built_in());
  const AdvisoryDatabase advisories = database();
  const std::vector<std::string> none;
  Knowledge known = {.advisories = advisories,
                     .database_problems = none,
                     .malicious = MaliciousNames::built_in(),
                     .look_alikes = look_alikes,
                     .lists = {{.kind = ListKind::Popular, .origin = "/srv/top", .imported = "2025-11-27T12:00:00Z"},
                               {.kind = ListKind::Licences, .origin = "/srv/spdx", .imported = "2018-01-01T00:00:00Z"}},
                     .list_problems = {}};
  Policy policy;
  EXPECT_THAT(judge({good()}, policy, {}, known, kNow).general, IsEmpty());
  const Report later = judge({good()}, policy, {}, known, kNow + std::chrono::days(2));
  ASSERT_EQ(later.general.size(), 1u);
  EXPECT_EQ(later.general[0].rule, "list.stale");
  EXPECT_EQ(later.general[0].evidence, "the popular names are 366 days old (/srv/top)");
  EXPECT_EQ(later.verdict(), Verdict::Ask);
  EXPECT_EQ(later.lists.size(), 2u);
  policy.lists[ListKind::Popular].max_age = std::chrono::days(400);
  EXPECT_EQ(judge({good()}, policy, {}, known, kNow + std::chrono::days(2)).verdict(), Verdict::Allow);
  known.list_problems = {"popular names: its checksum is wrong"};
  policy.stale_list = Verdict::Refuse;
  const Report damaged = judge({good()}, policy, {}, known, kNow);
  EXPECT_EQ(damaged.general[0].rule, "list.damaged");
  EXPECT_EQ(damaged.verdict(), Verdict::Refuse);
}

TEST(Judge, SaysThatAdvisoriesWereOldWhenTheyCame) {
  auto gathered = gather_advisories(R"([{"id": "X-1", "modified": "2024-10-08T00:00:00Z", "affected": [
      {"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1"]}]}])",
                                    "x");
  gathered->source.name = "test";
  gathered->source.imported = "2026-11-26T00:00:00Z";
  gathered->source.advisories = 2661;
  const std::string bytes = encode_advisories(gathered->source, gathered->advisories);
  std::vector<AdvisoryFile> files;
  files.push_back(*decode_advisories(std::vector<char>(bytes.begin(), bytes.end())));
  const Case with = {.policy = {}, .approvals = {}, .advisories = AdvisoryDatabase(std::move(files)), .problems = {}};
  const Report report = with.report({good()});
  ASSERT_EQ(report.general.size(), 1u);
  EXPECT_EQ(report.general[0].rule, "database.stale");
  EXPECT_THAT(report.general[0].evidence,
              HasSubstr("is of 2024-10-08T00:00:00Z: they were old when they were imported"));
}

TEST(Judge, AllowsWhatNothingIsToBeSaidAgainst) {
  const Report report = Case().report({good()});
  EXPECT_EQ(report.verdict(), Verdict::Allow);
  EXPECT_THAT(report.general, IsEmpty());
  ASSERT_EQ(report.packages[0].findings.size(), 1u);
  EXPECT_EQ(report.packages[0].findings[0].finding.rule, "licence.allowed");
  EXPECT_EQ(report.packages[0].findings[0].finding.evidence, "MIT (License-Expression: 'MIT')");
}

// What stands in a package, one statement or several, and what comes of it by the default policy.
struct Licences {
  const char* name;
  std::vector<LicenceStatement> statements;
  std::vector<std::string> rules;  // not allowed ones
};

const Licences kLicences[] = {
    // These never pass.
    {"Both", {{"License-Expression", "MIT AND GPL-3.0-only", "MIT AND GPL-3.0-only"}}, {"licence.denied refuse"}},
    {"BothTurned", {{"License-Expression", "GPL-3.0-only AND MIT", "GPL-3.0-only AND MIT"}}, {"licence.denied refuse"}},
    {"NonCommercial", {{"License-Expression", "CC-BY-NC-4.0", "CC-BY-NC-4.0"}}, {"licence.denied refuse"}},
    {"LimitedUse", {{"License", "LIMITED USE ONLY", ""}}, {"licence.unclear ask"}},
    {"NotMit", {{"License-Expression", "LicenseRef-NOT-MIT", "LicenseRef-NOT-MIT"}}, {"licence.asked ask"}},
    {"NotApache", {{"License", "Not Apache licensed; proprietary", ""}}, {"licence.unclear ask"}},
    {"Unknown", {{"License", "UNKNOWN", ""}}, {"licence.unclear ask"}},
    {"Empty", {{"License", "", ""}}, {"licence.none ask"}},
    {"Blank", {{"License", " \n", ""}}, {"licence.none ask"}},
    {"Nothing", {}, {"licence.none ask"}},
    {"ExpressionOfNoList", {{"License-Expression", "Foo", "Foo"}}, {"licence.unclear ask"}},
    {"OneOfTwoClassifiers",
     {{"Classifier", "MIT License", "MIT"}, {"Classifier", "Other/Proprietary", ""}},
     {"licence.unclear ask"}},
    {"TwoClassifiers",
     {{"Classifier", "MIT License", "MIT"}, {"Classifier", "GPLv3", "GPL-3.0-only"}},
     {"licence.denied refuse"}},
    {"UnclearBeforeClear",
     {{"License", "as told", ""}, {"LICENSE.txt", "MIT License", "MIT"}},
     {"licence.unclear ask"}},
    {"WorseLater",
     {{"Classifier", "MIT License", "MIT"}, {"LICENSE.txt", "GNU ...", "GPL-3.0-or-later"}},
     {"licence.disagreement ask"}},
    {"RestrictedLater",
     {{"Classifier", "MIT License", "MIT"}, {"License", "Proprietary", "", "no commercial use"}},
     {"licence.disagreement ask"}},
    {"RestrictedText", {{"LICENSE", "91 % like MIT", "", "no commercial use"}}, {"licence.unclear ask"}},
    {"RestrictedCopyleft",
     {{"LICENSE", "91 % like GPL-3.0", "GPL-3.0-only", "no commercial use"}},
     {"licence.denied refuse", "licence.unclear ask"}},
    // These pass.
    {"Choice", {{"License-Expression", "MIT OR GPL-3.0-only", "MIT OR GPL-3.0-only"}}, {}},
    {"Exception", {{"License-Expression", "Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"}}, {}},
    {"Psf", {{"License-Expression", "PSF-2.0", "PSF-2.0"}}, {}},
    {"Python", {{"License-Expression", "Python-2.0", "Python-2.0"}}, {}},
    {"BsdClassifier", {{"Classifier", "License :: OSI Approved :: BSD License", "BSD-3-Clause"}}, {}},
    {"Dedication", {{"License-Expression", "CC0-1.0", "CC0-1.0"}}, {}},
    {"WeakCopyleft", {{"License-Expression", "EPL-2.0", "EPL-2.0"}}, {}},
    {"OtherLater", {{"Classifier", "MIT License", "MIT"}, {"License", "Apache 2.0", "Apache-2.0"}}, {}},
    {"UnclearLater", {{"Classifier", "MIT License", "MIT"}, {"License", "see the file", ""}}, {}},
};

class LicencesJudged : public ::testing::TestWithParam<Licences> {};

TEST_P(LicencesJudged, ByTheDefaultPolicy) {
  Facts facts = good();
  facts.licences = GetParam().statements;
  EXPECT_EQ(Case().rules(facts), GetParam().rules);
}

INSTANTIATE_TEST_SUITE_P(FailClosed, LicencesJudged, ::testing::ValuesIn(kLicences),
                         [](const auto& row) { return row.param.name; });

// What is too long or too deep to be taken apart may say anything.
TEST(Judge, AsksWhereALicenceIsMoreThanCanBeLookedAt) {
  std::string many = "AGPL-3.0-only";
  for (int i = 0; i < 1001; ++i) many += fmt::format(" AND LicenseRef-{}", i);
  const std::string deep = std::string(50, '(') + "AGPL-3.0-only" + std::string(50, ')');
  for (const std::string& said : {many, deep}) {
    Facts facts = good();
    facts.licences = {{"License-Expression", "MIT", "MIT"}, {"LICENSE", "it names its licence", said}};
    EXPECT_THAT(Case().rules(facts), ElementsAre("licence.disagreement ask"));
    facts.licences = {{"LICENSE", "it names its licence", said}};
    EXPECT_THAT(Case().rules(facts), ElementsAre("licence.unclear ask"));
  }
}

TEST(Judge, ShowsLicencesThatContradictEachOther) {
  Facts facts = good();
  facts.licences = {{"Classifier", "MIT License", "MIT"}, {"License", "Apache 2.0", "Apache-2.0"}};
  const Report report = Case().report({facts});
  ASSERT_EQ(report.packages[0].findings.size(), 2u);
  const Finding& told = report.packages[0].findings[1].finding;
  EXPECT_EQ(told.rule, "licence.disagreement");
  EXPECT_EQ(told.verdict, Verdict::Allow);
  EXPECT_EQ(told.evidence, "Classifier: 'MIT License'; but License: 'Apache 2.0'");
}

TEST(Judge, ReportsLicencesOfDistributionsAndTakesThem) {
  Facts facts = good();
  facts.package = make_package(Ecosystem::Debian, "wget", "1.21.3-1", "var/lib/dpkg/status");
  facts.licences = {{"copyright", "GPL-3+", "GPL-3.0-or-later"}};
  facts.release = "Debian:12";
  EXPECT_THAT(Case().rules(facts), IsEmpty());
  facts.licences.clear();
  EXPECT_THAT(Case().rules(facts), IsEmpty());
  facts.licences = {{"copyright", "non-commercial", "CC-BY-NC-4.0"}};
  EXPECT_THAT(Case().rules(facts), ElementsAre("licence.asked ask"));
}

TEST(Judge, NamesWeaknessesAndTheVersionThatHasNone) {
  Case one;
  EXPECT_THAT(one.rules(good("zz-thing", "2.1")), ElementsAre("advisory.critical refuse", "advisory.unknown ask"));
  const Report report = one.report({good("zz-thing", "2.1")});
  const Finding& worst = report.packages[0].findings[0].finding;
  EXPECT_EQ(worst.evidence, "CVE-1, CVSS 9.8: bad (of test)");
  // 2.5 ends this one, but has the other.
  EXPECT_EQ(worst.remedy, "use 2.6 or later");
  EXPECT_EQ(report.packages[0].findings[1].finding.remedy, "use 2.6 or later");
  one.policy.advisories[SeverityLevel::Critical] = Verdict::Ask;
  one.policy.advisories[SeverityLevel::Unknown] = Verdict::Allow;
  EXPECT_THAT(one.rules(good("zz-thing", "2.1")), ElementsAre("advisory.critical ask"));
  EXPECT_THAT(one.rules(good("zz-thing", "6.6.6")), ElementsAre("advisory.malicious refuse"));
}

TEST(Judge, NamesTheVersionToWhichTheEndsOfWeaknessesLead) {
  const auto remedy = [](const char* version) {
    return Case().report({good("zz-steps", version)}).packages[0].findings[0].finding.remedy;
  };
  EXPECT_EQ(remedy("1.5"), "use 1.10 or later");  // 1.9 ends the one and begins the other
  EXPECT_EQ(remedy("2.1"), "use 2.10 or later, which has weaknesses of its own");
}

TEST(Judge, LeavesWhatADistributionOwnsToItsOwnData) {
  Facts facts = good("zz-thing", "2.1");
  facts.owner = make_package(Ecosystem::Debian, "python3-zz-thing", "2.1-3", "var/lib/dpkg/status");
  facts.licences = {{"License", "GPL-3", "GPL-3.0-only"}};
  EXPECT_THAT(Case().rules(facts), IsEmpty());
}

TEST(Judge, AsksADistributionsAdvisoriesAboutTheSource) {
  Facts facts = good();
  facts.package = make_package(Ecosystem::Debian, "zzlib1", "1.2-1+b1", "var/lib/dpkg/status");
  facts.release = "Debian:12";
  EXPECT_THAT(Case().rules(facts), IsEmpty());
  facts.source_name = "zzlib";
  facts.source_version = "1.2-1";
  EXPECT_THAT(Case().rules(facts), ElementsAre("advisory.high refuse"));
}

TEST(Judge, TellsWhatNobodyLooksAfter) {
  Facts facts = good();
  const auto said = [&](const Policy& policy) {
    const Case with = {.policy = policy, .approvals = {}, .problems = {}};
    const Report report = with.report({facts});
    std::string text;
    for (const JudgedFinding& one : report.packages[0].findings) {
      if (one.finding.rule == "release.unmaintained") {
        text += std::string(verdict_text(one.finding.verdict)) + " " + one.finding.evidence;
      }
    }
    return text;
  };
  EXPECT_EQ(said({}), "");  // nobody says when its last release came
  facts.last_released = kNow - std::chrono::days(1095);
  EXPECT_EQ(said({}), "");
  facts.last_released = *parse_utc("2020-02-03");
  EXPECT_EQ(said({}), "allow nobody seems to look after it: its last release is of 2020-02-03T00:00:00Z");
  Policy policy;
  policy.unmaintained = Verdict::Ask;
  EXPECT_THAT(said(policy), ::testing::StartsWith("ask "));
  policy.silence = std::chrono::seconds(0);
  EXPECT_EQ(said(policy), "");
  facts.given_up = "archived: use other";
  EXPECT_EQ(said(policy), "ask nobody seems to look after it: its index says that it is archived: use other");
}

// rpm's distributions speak of packages, or of the sources that they were built from.
TEST(Judge, AsksRpmsAdvisoriesAboutPackageAndSource) {
  const Case with = {.policy = {},
                     .approvals = {},
                     .advisories = advisories_of(R"([
    {"id": "RL-1", "affected": [{"package": {"ecosystem": "Rocky Linux:9", "name": "tide"}, "ranges": [
      {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1:2.0-3.el9"}]}]},
      {"package": {"ecosystem": "Rocky Linux:9", "name": "tide-libs"}, "ranges": [
      {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1:2.0-3.el9"}]}]}]},
    {"id": "RL-2", "affected": [{"package": {"ecosystem": "Rocky Linux:9", "name": "tide"}, "ranges": [
      {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1:2.0-4.el9"}]}]}]}])"),
                     .problems = {}};
  const auto ids = [&](const char* name, const char* version, const char* source_version) {
    Facts facts = good();
    facts.package = make_package(Ecosystem::Rpm, name, version, "rpm");
    facts.release = "Rocky Linux:9";
    facts.source_name = "tide";
    facts.source_version = source_version;
    const Report report = with.report({facts});
    std::vector<std::string> found;
    for (const JudgedFinding& one : report.packages[0].findings) {
      if (one.finding.rule.starts_with("advisory.")) found.push_back(one.finding.evidence.substr(0, 4));
    }
    return found;
  };
  EXPECT_THAT(ids("tide-libs", "1:2.0-2.el9", "2.0-2.el9"), ElementsAre("RL-1", "RL-2"));  // each once
  EXPECT_THAT(ids("tide-libs", "1:2.0-3.el9", "2.0-3.el9"), ElementsAre("RL-2"));
  EXPECT_THAT(ids("tide-libs", "1:2.0-4.el9", "2.0-4.el9"), IsEmpty());
  EXPECT_THAT(ids("tide-docs", "1:2.0-3.el9", "2.0-3.el9"), ElementsAre("RL-2"));
  EXPECT_THAT(ids("tide-docs", "0.1-3.el9", "2.0-3.el9"), IsEmpty());  // a version of its own
}

// So many packages of a release that its advisories cover it.
std::string records_of(const char* release, int packages) {
  std::string records;
  for (int i = 0; i < packages; ++i) {
    records += std::string(records.empty() ? "[" : ",") + R"({"id": "D-)" + std::to_string(i) +
               R"(", "affected": [{"package": {"ecosystem": ")" + release + R"(", "name": "p)" + std::to_string(i) +
               R"("}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]})";
  }
  return records + "]";
}

Facts of_distribution(Ecosystem ecosystem, const char* name, const char* release) {
  Facts facts;
  facts.package = make_package(ecosystem, name, "1.0", "dpkg");
  facts.release = release;
  return facts;
}

TEST(Judge, TellsOfWhichDistributionsThereAreNoAdvisories) {
  const std::vector<Facts> facts = {good(), of_distribution(Ecosystem::Debian, "wget", "Debian:12"),
                                    of_distribution(Ecosystem::Debian, "tree", "Debian:12"),
                                    of_distribution(Ecosystem::Rpm, "bash", "amzn:2"),
                                    of_distribution(Ecosystem::Alpine, "musl", "")};
  Case with;
  const Report report = with.report(facts);
  EXPECT_EQ(report.verdict(), Verdict::Allow);
  std::vector<std::string> told;
  for (const Finding& one : report.general) told.push_back(one.rule + ": " + one.evidence + "; " + one.remedy);
  EXPECT_THAT(
      told,
      ElementsAre("database.uncovered: of a distribution that does not name itself there are no advisories: no "
                  "weakness of the 1 packages of it is known; this Berth matches no advisories of it: ask the "
                  "distribution's own tools",
                  // A few advisories are in the database.
                  "database.uncovered: of Debian:12 there are advisories of 1 packages alone: no other weakness of "
                  "the 2 packages of it is known; berth vet db import FILE, with "
                  "https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip, or name that in vet.yaml "
                  "(advisories.sources) for berth vet db update",
                  "database.uncovered: of amzn:2 there are no advisories: no weakness of the 1 packages of it "
                  "is known; this Berth matches no advisories of it: ask the distribution's own tools"));
  with.policy.uncovered = Verdict::Ask;
  EXPECT_EQ(with.report(facts).verdict(), Verdict::Ask);
  EXPECT_EQ(with.report({good()}).verdict(), Verdict::Allow);
  with.policy.rules["database.uncovered"] = Verdict::Refuse;
  EXPECT_EQ(with.report(facts).verdict(), Verdict::Refuse);
}

TEST(Judge, SaysNothingOfDistributionsThatAreCovered) {
  const std::vector<Facts> facts = {of_distribution(Ecosystem::Debian, "wget", "Debian:12")};
  const auto told = [&](const char* release, int packages) {
    const Case with = {
        .policy = {}, .approvals = {}, .advisories = advisories_of(records_of(release, packages)), .problems = {}};
    return with.report(facts).general.size();
  };
  EXPECT_EQ(told("Debian:12", 100), 0u);
  EXPECT_EQ(told("Debian:12", 99), 1u);
  EXPECT_EQ(told("Debian:11", 100), 1u);
  // What is there and could not be read has no version, and is no package.
  Case with;
  Facts unread = facts[0];
  unread.package.version.clear();
  EXPECT_THAT(with.report({unread}).general, IsEmpty());
}

TEST(Judge, JudgesNamesVersionsAndReleases) {
  const Case one;
  EXPECT_THAT(one.rules(good("reqests")), ElementsAre("name.look-alike refuse"));
  EXPECT_THAT(one.rules(good("zz-thing", "")), ElementsAre("version.none ask"));
  EXPECT_THAT(one.rules(good("zz-thing", "latest")), ElementsAre("version.unreadable ask"));
  Facts young = good();
  young.released = kNow - std::chrono::days(6);
  EXPECT_THAT(one.rules(young), ElementsAre("release.young ask"));
  young.released = kNow - std::chrono::days(7);
  EXPECT_THAT(one.rules(young), IsEmpty());
  Facts yanked = good();
  yanked.is_yanked = true;
  EXPECT_THAT(one.rules(yanked), ElementsAre("release.yanked refuse"));
  Facts undated = good();
  undated.released.reset();
  EXPECT_THAT(one.rules(undated), IsEmpty());  // no index was asked
  undated.is_on_index = true;
  EXPECT_THAT(one.rules(undated), ElementsAre("release.undated ask"));
  Case without_age;
  without_age.policy.release_age = std::chrono::seconds(0);
  EXPECT_THAT(without_age.rules(undated), IsEmpty());
  Case lenient;
  lenient.policy.undated = Verdict::Allow;
  const auto told = lenient.report({undated}).packages.front().findings;
  EXPECT_TRUE(std::ranges::any_of(told, [](const auto& found) { return found.finding.rule == "release.undated"; }));
  EXPECT_THAT(lenient.rules(undated), IsEmpty());
  Facts absent = good();
  absent.is_on_index = false;
  EXPECT_THAT(one.rules(absent), ElementsAre("name.unknown refuse"));
  Case with_private;
  with_private.policy.private_names = {"zz-thing"};
  EXPECT_THAT(with_private.rules(absent), ElementsAre("name.free refuse"));
  Facts on_own_index = good();
  on_own_index.is_on_index = true;
  on_own_index.is_public_asked = false;
  EXPECT_THAT(with_private.rules(on_own_index), IsEmpty());
  on_own_index.is_public_asked = true;
  on_own_index.is_on_public_index = false;
  EXPECT_THAT(with_private.rules(on_own_index), ElementsAre("name.free refuse"));
  on_own_index.is_on_public_index = true;
  EXPECT_THAT(with_private.rules(on_own_index), ElementsAre("name.confusion refuse"));
}

TEST(Judge, WeighsALookAlikeByItsOwnStanding) {
  Facts old = good("requestss");
  EXPECT_THAT(Case().rules(old), ElementsAre("name.look-alike refuse"));
  old.first_released = kNow - std::chrono::days(4000);
  old.releases = 99;
  EXPECT_THAT(Case().rules(old), ElementsAre("name.look-alike ask"));
}

TEST(Judge, SaysOfARequestWhatIsKnownBeforeItIsResolved) {
  const Case one;
  const LookAlikes look_alikes(PopularNames::built_in(), ModuleNames::built_in());
  const Knowledge knowledge = {one.advisories, one.problems, MaliciousNames::built_in(), look_alikes};
  Facts bare = good("reqests", "");
  bare.licences.clear();
  Facts weak = good("zz-thing", "2.1");
  weak.licences.clear();
  weak.is_yanked = true;
  const Report report = judge_request({bare, weak}, {}, {}, knowledge, kNow);
  ASSERT_EQ(report.packages.size(), 2u);
  std::vector<std::string> rules;
  for (const JudgedPackage& package : report.packages) {
    for (const JudgedFinding& judged : package.findings) rules.push_back(judged.finding.rule);
  }
  EXPECT_THAT(rules, ElementsAre("name.look-alike", "advisory.critical", "release.yanked", "advisory.unknown"));
}

TEST(Judge, LetsThePolicyReplaceVerdictsOfRules) {
  Case one;
  one.policy.rules = {{"name.look-alike", Verdict::Ask}, {"licence.allowed", Verdict::Allow}};
  EXPECT_THAT(one.rules(good("reqests")), ElementsAre("name.look-alike ask"));
}

Approval approval(const std::string& rule, const std::string& until) {
  return parse_approvals("version: 1\napprovals: [{package: zz-thing, rule: '" + rule +
                             "', reason: r, who: ada, until: " + until + "}]",
                         "x")
      ->front();
}

TEST(Judge, CountsApprovalsUntilTheyAreOver) {
  Case one;
  one.approvals = {approval("advisory.critical", "2026-12-01")};
  EXPECT_THAT(one.rules(good("zz-thing", "2.1")), ElementsAre("advisory.critical approved", "advisory.unknown ask"));
  EXPECT_EQ(one.report({good("zz-thing", "2.1")}).verdict(), Verdict::Ask);
  one.approvals.push_back(approval("advisory.*", "2026-12-01"));
  EXPECT_EQ(one.report({good("zz-thing", "2.1")}).verdict(), Verdict::Allow);
  one.approvals = {approval("advisory.*", "2026-11-25")};
  const Report report = one.report({good("zz-thing", "2.1")});
  EXPECT_EQ(report.verdict(), Verdict::Refuse);
  EXPECT_THAT(report.notes,
              ElementsAre("an approval is over and does not count, though it would be needed: advisory.* of "
                          "zz-thing (approved by ada until 2026-11-25: r)"));
}

TEST(Judge, SaysWhatItDoesNotKnowOfWeaknesses) {
  Case none;
  none.advisories = AdvisoryDatabase();
  EXPECT_EQ(none.report({good()}).general[0].rule, "database.missing");
  EXPECT_EQ(none.report({good()}).verdict(), Verdict::Ask);
  Case old;
  old.advisories = database("2026-11-19T11:59:59Z");
  EXPECT_EQ(old.report({good()}).general[0].rule, "database.stale");
  old.policy.database_age = std::chrono::days(30);
  EXPECT_EQ(old.report({good()}).verdict(), Verdict::Allow);
  Case undated;
  undated.advisories = database("");
  EXPECT_EQ(undated.report({good()}).general[0].rule, "database.stale");
  Case damaged;
  damaged.problems = {"test: its checksum is wrong"};
  EXPECT_EQ(damaged.report({good()}).general[0].rule, "database.damaged");
}

TEST(Report, IsJson) {
  Case one;
  one.approvals = {approval("advisory.critical", "2026-12-01")};
  const Json json = json_of_report(one.report({good("zz-thing", "2.1")}));
  EXPECT_EQ(json.text_or("verdict", ""), "ask");
  const Json& package = json.find("packages")->as_array()->front();
  EXPECT_EQ(package.text_or("version", ""), "2.1");
  const Json& finding = package.find("findings")->as_array()->front();
  EXPECT_EQ(finding.text_or("rule", ""), "advisory.critical");
  EXPECT_EQ(finding.find("approval")->text_or("who", ""), "ada");
  EXPECT_TRUE(ok(parse_json(print_json(json))));
}

TEST(Report, IsSarifWithPlacesAndSuppressions) {
  Case one;
  one.approvals = {approval("advisory.critical", "2026-12-01")};
  Facts hostile = good("zz-thing", "9\x1b[2J");
  hostile.package.origin = "a b:7";
  const Json sarif = sarif_of_report(one.report({good("zz-thing", "2.1"), hostile}), "0.1.0");
  EXPECT_EQ(sarif.text_or("version", ""), "2.1.0");
  const Json& run = sarif.find("runs")->as_array()->front();
  const Json::Array& results = *run.find("results")->as_array();
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].text_or("level", ""), "error");
  EXPECT_NE(results[0].find("suppressions"), nullptr);
  EXPECT_EQ(results[1].text_or("level", ""), "warning");
  EXPECT_EQ(results[1].find("suppressions"), nullptr);
  const Json* place = results[0].find("locations")->as_array()->front().find("physicalLocation");
  EXPECT_EQ(place->find("artifactLocation")->text_or("uri", ""), "requirements.txt");
  EXPECT_EQ(*place->find("region")->find("startLine")->as_int(), 3);
  const std::string text = print_json_pretty(sarif);
  EXPECT_THAT(text, HasSubstr("a%20b"));
  EXPECT_THAT(text, HasSubstr("\\\\x1b[2J"));
}

}  // namespace
}  // namespace berth::vet
