#include "berth/vet/policy.h"

#include <gtest/gtest.h>

#include "berth/base/utc_text.h"
#include "berth/vet/approvals.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using testing::fails_with;
using testing::ok;

TEST(Policy, ReadsEveryKey) {
  const auto policy = parse_policy(R"(
version: 1
licences:
  weak-copyleft: ask
  copyleft: allow
  none: refuse
  allow: [LicenseRef-Ours, GPL-2.0-only WITH Classpath-exception-2.0]
  refuse: [BSD-4-Clause]
  distribution: {restrictive: refuse}
advisories:
  medium: refuse
  unknown: allow
  max_age: 36h
  missing: refuse
  sources:
    pypa: https://advisories.example/all.zip
    ours: /srv/advisories.tar.gz
    pinned: {address: https://advisories.example/a.zip, sha256: 82d20fb07253512b4a7575cc4f4ce74f941fdb4847f0423a7118414081fd4b3a}
  start_set: ask
  uncovered: refuse
lists:
  stale: refuse
  popular: {source: https://names.example/top.csv, max_age: 30d}
  malicious:
    source: {address: /srv/names, sha256: 82d20fb07253512b4a7575cc4f4ce74f941fdb4847f0423a7118414081fd4b3a}
releases: {min_age: 14d, young: refuse, undated: allow, yanked: ask, max_silence: 365d, unmaintained: refuse}
names: {private: [Our_Package]}
rules: {name.look-alike: ask}
)",
                                   "vet.yaml");
  ASSERT_TRUE(ok(policy));
  EXPECT_EQ(policy->licences.groups.at(LicenceGroup::WeakCopyleft), Verdict::Ask);
  EXPECT_EQ(policy->licences.groups.at(LicenceGroup::Copyleft), Verdict::Allow);
  EXPECT_EQ(policy->licences.groups.at(LicenceGroup::Permissive), Verdict::Allow);
  EXPECT_EQ(policy->no_licence, Verdict::Refuse);
  EXPECT_EQ(policy->licences.allowed.size(), 2u);
  EXPECT_EQ(policy->licences.refused.size(), 1u);
  EXPECT_TRUE(policy->binds_distributions);
  EXPECT_EQ(policy->distribution_licences.groups.at(LicenceGroup::Restrictive), Verdict::Refuse);
  EXPECT_EQ(policy->advisories.at(SeverityLevel::Medium), Verdict::Refuse);
  EXPECT_EQ(policy->advisories.at(SeverityLevel::Unknown), Verdict::Allow);
  EXPECT_EQ(policy->advisories.at(SeverityLevel::Critical), Verdict::Refuse);
  EXPECT_EQ(policy->database_age, std::chrono::hours(36));
  EXPECT_EQ(policy->no_database, Verdict::Refuse);
  ASSERT_EQ(policy->sources.size(), 3u);
  EXPECT_EQ(policy->sources[0].name, "pypa");
  EXPECT_EQ(policy->sources[0].sha256, "");
  EXPECT_EQ(policy->sources[2].address, "https://advisories.example/a.zip");
  EXPECT_EQ(policy->sources[2].sha256.size(), 64u);
  EXPECT_EQ(policy->start_set, Verdict::Ask);
  EXPECT_EQ(policy->uncovered, Verdict::Refuse);
  EXPECT_EQ(policy->stale_list, Verdict::Refuse);
  EXPECT_EQ(policy->lists.at(ListKind::Popular).source->address, "https://names.example/top.csv");
  EXPECT_EQ(policy->lists.at(ListKind::Popular).max_age, std::chrono::days(30));
  EXPECT_EQ(policy->lists.at(ListKind::Malicious).source->sha256.size(), 64u);
  EXPECT_FALSE(policy->lists.at(ListKind::Licences).source.has_value());
  EXPECT_EQ(policy->release_age, std::chrono::days(14));
  EXPECT_EQ(policy->young, Verdict::Refuse);
  EXPECT_EQ(policy->undated, Verdict::Allow);
  EXPECT_EQ(policy->yanked, Verdict::Ask);
  EXPECT_EQ(policy->silence, std::chrono::days(365));
  EXPECT_EQ(policy->unmaintained, Verdict::Refuse);
  EXPECT_EQ(policy->private_names, std::vector<std::string>{"our-package"});
  EXPECT_EQ(policy->rules.at("name.look-alike"), Verdict::Ask);
}

TEST(Policy, BindsImagesThatAreMadeToLicencesThatItNames) {
  EXPECT_FALSE(parse_policy("version: 1", "vet.yaml")->binds_distributions);
  EXPECT_FALSE(parse_policy("version: 1\nlicences: {copyleft: ask}", "vet.yaml")->binds_distributions);
  EXPECT_TRUE(parse_policy("version: 1\nlicences: {distribution: {copyleft: ask}}", "vet.yaml")->binds_distributions);
}

TEST(Policy, FetchesFromOsvWhereNothingElseIsSaid) {
  EXPECT_EQ(parse_policy("version: 1", "vet.yaml")->sources.size(), 1u);
  EXPECT_EQ(parse_policy("version: 1\nadvisories: {max_age: 1d}", "vet.yaml")->sources[0].name, "osv-pypi");
  EXPECT_TRUE(parse_policy("version: 1\nadvisories: {sources: {}}", "vet.yaml")->sources.empty());
}

struct Bad {
  const char* name;
  const char* text;
  const char* why;
};

const Bad kBadPolicies[] = {
    {"NoVersion", "licences: {}", "'version' must be 1"},
    {"NewerVersion", "version: 2", "'version' must be 1"},
    {"Key", "version: 1\nlicense: {}", "vet.yaml:2:1: 'license' is no key here; did you mean 'licences'?"},
    {"KeyInside", "version: 1\nadvisories: {hihg: ask}", "'advisories.hihg' is no key here; did you mean 'high'?"},
    {"Verdict", "version: 1\nlicences: {copyleft: deny}", "'licences.copyleft': 'deny' is no verdict"},
    {"Licence", "version: 1\nlicences: {allow: [MITT]}", "is no licence of the SPDX list"},
    {"Age", "version: 1\nreleases: {min_age: 7}", "'7' is no age"},
    {"AgeBelowZero", "version: 1\nreleases: {min_age: -7d}", "'-7d' is no age"},
    {"PlainHttp", "version: 1\nadvisories: {sources: {a: 'http://x.example/y'}}", "neither an https address"},
    {"Password", "version: 1\nadvisories: {sources: {a: 'https://u:p@x.example/y'}}", "holds a user or a password"},
    {"Digest", "version: 1\nlists: {popular: {source: {address: /a, sha256: ABC}}}", "'ABC' is no SHA-256"},
    {"SourceName", "version: 1\nadvisories: {sources: {Foo: /x}}", "'Foo' is no name of a source"},
    {"NoAddress", "version: 1\nadvisories: {sources: {a: {}}}", "'advisories.sources.a' needs an 'address'"},
    {"ListSource", "version: 1\nlists: {popular: {source: 'ftp://x/y'}}", "neither an https address"},
    {"ListKind", "version: 1\nlists: {popluar: {}}", "did you mean 'popular'?"},
    {"Rule", "version: 1\nrules: {name.lookalike: ask}", "did you mean 'name.look-alike'?"},
    {"Malicious", "version: 1\nrules: {name.malicious: allow}", "cannot be set here"},
    {"Wide", "version: 1\nrules: {licence.*: allow}", "cannot be set here"},
    {"PrivateName", "version: 1\nnames: {private: [a/b]}", "'a/b' is no name"},
    {"NoMapping", "version: 1\nlicences: [MIT]", "is no mapping"},
    {"NoList", "version: 1\nlicences: {allow: MIT}", "needs a list of values"},
    {"List", "- MIT", "vet.yaml:1:1: what stands there is no mapping of keys to values"},
    {"TwoLists", "version: 1\nlicences:\n  allow: [MIT]\n  refuse: [ISC, MIT]",
     "vet.yaml:4:17: 'licences.refuse' has 'MIT', which stands in 'allow', too"},
    {"TwoListsOfDistributions", "version: 1\nlicences: {distribution: {ask: [MIT], allow: [MIT]}}",
     "'licences.distribution.allow' has 'MIT', which stands in 'ask', too"},
};

class BadPolicy : public ::testing::TestWithParam<Bad> {};

TEST_P(BadPolicy, IsRefusedWithItsPlace) {
  EXPECT_TRUE(fails_with(parse_policy(GetParam().text, "vet.yaml"), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadPolicy, ::testing::ValuesIn(kBadPolicies),
                         [](const auto& row) { return row.param.name; });

constexpr const char* kApproval = R"(
version: 1
approvals:
- package: Some_Package
  versions: ">=1,<2"
  rule: licence.denied
  reason: legal has read it
  who: ada
  until: 2026-12-31
)";

Finding finding(const char* rule, const char* name, const char* version) {
  return {Verdict::Refuse, rule, make_package(Ecosystem::PyPI, name, version, "x"), "", ""};
}

TEST(Approvals, CoverAPackageAVersionAndARule) {
  const auto approvals = parse_approvals(kApproval, "approvals.yaml");
  ASSERT_TRUE(ok(approvals));
  ASSERT_EQ(approvals->size(), 1u);
  const Approval& approval = approvals->front();
  EXPECT_TRUE(approval.covers(finding("licence.denied", "some.package", "1.5")));
  EXPECT_FALSE(approval.covers(finding("licence.denied", "some.package", "2.0")));
  EXPECT_FALSE(approval.covers(finding("licence.denied", "some.package", "")));
  EXPECT_FALSE(approval.covers(finding("licence.none", "some.package", "1.5")));
  EXPECT_FALSE(approval.covers(finding("licence.denied", "other", "1.5")));
  // The last day counts as a whole.
  EXPECT_FALSE(approval.is_over(*parse_utc("2026-12-31T23:59:59Z")));
  EXPECT_TRUE(approval.is_over(*parse_utc("2027-01-01T00:00:00Z")));
  EXPECT_EQ(approval.text(),
            "licence.denied of some-package >=1,<2 (approved by ada until 2026-12-31: legal has read it)");
}

TEST(Approvals, OfAllRulesBelowOneNeverCoverWhatIsMalicious) {
  const auto approvals = parse_approvals(
      "version: 1\napprovals: [{package: a, rule: name.*, reason: r, who: w, until: 2026-12-31},\n"
      "{package: a, rule: name.malicious, reason: r, who: w, until: 2026-12-31},\n"
      "{package: libx, ecosystem: debian, versions: 1.0-1, rule: licence.asked, reason: r, who: w, until: 2026-12-31}]",
      "x");
  ASSERT_TRUE(ok(approvals));
  EXPECT_TRUE((*approvals)[0].covers(finding("name.look-alike", "a", "1")));
  EXPECT_FALSE((*approvals)[0].covers(finding("name.malicious", "a", "1")));
  EXPECT_TRUE((*approvals)[1].covers(finding("name.malicious", "a", "")));
  Finding debian = finding("licence.asked", "libx", "1.0-1");
  EXPECT_FALSE((*approvals)[2].covers(debian));
  debian.package.ecosystem = Ecosystem::Debian;
  EXPECT_TRUE((*approvals)[2].covers(debian));
  debian.package.version = "1.0-2";
  EXPECT_FALSE((*approvals)[2].covers(debian));
}

TEST(Approvals, OfOneAdvisoryCoverNoOther) {
  const auto approvals = parse_approvals(
      "version: 1\napprovals: [{package: a, rule: advisory.*, id: ghsa-aaaa-bbbb-cccc, reason: r, who: w, until: "
      "2026-12-31}]",
      "x");
  ASSERT_TRUE(ok(approvals));
  const Approval& approval = approvals->front();
  Finding weak = finding("advisory.high", "a", "1");
  EXPECT_FALSE(approval.covers(weak));
  weak.ids = {"CVE-2026-1", "GHSA-aaaa-bbbb-cccc"};
  EXPECT_TRUE(approval.covers(weak));
  weak.ids = {"CVE-2026-2", "GHSA-xxxx-yyyy-zzzz"};
  EXPECT_FALSE(approval.covers(weak));
  EXPECT_EQ(approval.text(), "advisory.* ghsa-aaaa-bbbb-cccc of a (approved by w until 2026-12-31: r)");
}

const Bad kBadApprovals[] = {
    {"IdOfNoAdvisory",
     "version: 1\napprovals: [{package: a, rule: licence.none, id: CVE-1, reason: r, who: w, until: 2026-12-31}]",
     "'licence.none' is no rule about advisories"},
    {"Id", "version: 1\napprovals: [{package: a, rule: advisory.high, id: '7', reason: r, who: w, until: 2026-12-31}]",
     "is no id of an advisory"},
    {"NoVersion", "approvals: []", "'version' must be 1"},
    {"ReasonAsProposed",
     "version: 1\napprovals: [{package: a, rule: licence.none, reason: WHY, who: w, until: 2026-12-31}]",
     "'approvals.reason': 'WHY' is only a place to be filled in: write why it may pass"},
    {"WhoAsProposed",
     "version: 1\napprovals: [{package: a, rule: licence.none, reason: r, who: <you>, until: 2026-12-31}]",
     "'<you>' is only a place to be filled in: write who answers for it"},
    {"BlankWho", "version: 1\napprovals: [{package: a, rule: licence.none, reason: r, who: ' ', until: 2026-12-31}]",
     "'approvals.who': is blank"},
    {"BlankReason",
     "version: 1\napprovals: [{package: a, rule: licence.none, reason: \"\\u00a0 \\u200b\", who: w, until: "
     "2026-12-31}]",
     "'approvals.reason': is blank"},
    {"NoReason", "version: 1\napprovals: [{package: a, rule: licence.none, who: w, until: 2026-12-31}]",
     "has no 'reason'"},
    {"NoUntil", "version: 1\napprovals: [{package: a, rule: licence.none, reason: r, who: w}]", "has no 'until'"},
    {"Until", "version: 1\napprovals: [{package: a, rule: licence.none, reason: r, who: w, until: never}]",
     "needs a date"},
    {"UntilTooFar", "version: 1\napprovals: [{package: a, rule: licence.none, reason: r, who: w, until: 9999-12-31}]",
     "needs a date of this century"},
    {"Moment",
     "version: 1\napprovals: [{package: a, rule: licence.none, reason: r, who: w, until: '2026-12-31T00:00:00Z'}]",
     "needs a date"},
    {"Rule", "version: 1\napprovals: [{package: a, rule: licence, reason: r, who: w, until: 2026-12-31}]",
     "'licence' is no rule"},
    {"AnyRule", "version: 1\napprovals: [{package: a, rule: '*', reason: r, who: w, until: 2026-12-31}]",
     "'*' is no rule"},
    {"Versions",
     "version: 1\napprovals: [{package: a, versions: 1.0, rule: licence.none, reason: r, who: w, until: 2026-12-31}]",
     "write an operator in front"},
    {"Package", "version: 1\napprovals: [{package: 'a b', rule: licence.none, reason: r, who: w, until: 2026-12-31}]",
     "is no name of a package"},
    {"Key", "version: 1\napprovals: [{pakcage: a}]", "did you mean 'package'?"},
    {"Ecosystem", "version: 1\napprovals: [{package: a, ecosystem: npm}]", "must be pypi, debian"},
};

class BadApproval : public ::testing::TestWithParam<Bad> {};

TEST_P(BadApproval, IsRefusedWithItsPlace) {
  EXPECT_TRUE(fails_with(parse_approvals(GetParam().text, "approvals.yaml"), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadApproval, ::testing::ValuesIn(kBadApprovals),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::vet
