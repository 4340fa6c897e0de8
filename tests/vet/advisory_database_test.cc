#include "berth/vet/advisory_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "berth/vet/advisory_reader.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::ok;

constexpr const char* kRecords = R"([
{"id": "PYSEC-1", "aliases": ["CVE-1"], "summary": "one", "affected": [{"package": {"ecosystem": "PyPI", "name": "web"},
  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2.5"}, {"introduced": "2.0"}, {"fixed": "2.1"}]}],
  "versions": ["1.0", "1.2.4", "2.0"]}]},
{"id": "GHSA-1", "aliases": ["CVE-1"], "severity": [{"type": "CVSS_V3",
  "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}], "affected": [{"package": {"ecosystem": "PyPI", "name": "web"},
  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.2.6"}]}]}]},
{"id": "PYSEC-2", "aliases": [], "database_specific": {"severity": "LOW"}, "affected": [{"package": {"ecosystem": "PyPI",
  "name": "web"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.1"}, {"last_affected": "1.3"}]}]}]},
{"id": "MAL-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "wev"}, "versions": ["odd-version", "0.1"]}]},
{"id": "PYSEC-3", "affected": [{"package": {"ecosystem": "PyPI", "name": "open"}, "ranges": [{"type": "ECOSYSTEM",
  "events": [{"introduced": "0"}]}]}]},
{"id": "PYSEC-4", "withdrawn": "2024-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "web"},
  "versions": ["1.0"]}]},
{"id": "DSA-1", "aliases": ["CVE-9"], "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}]}]}]},
{"id": "ALPINE-1", "affected": [{"package": {"ecosystem": "Alpine:v3.18", "name": "openssl"},
  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "3.0.0-r0"}, {"fixed": "3.1.1-r2"}]}]}]}
])";

AdvisoryFile file_of(const char* records, const char* name) {
  auto gathered = gather_advisories(records, "records");
  gathered->source.name = name;
  const std::string bytes = encode_advisories(gathered->source, gathered->advisories);
  auto file = decode_advisories(std::vector<char>(bytes.begin(), bytes.end()));
  EXPECT_TRUE(ok(file));
  return *std::move(file);
}

AdvisoryDatabase database() {
  std::vector<AdvisoryFile> files;
  files.push_back(file_of(kRecords, "test"));
  return AdvisoryDatabase(std::move(files));
}

struct Asked {
  const char* name;
  Ecosystem ecosystem;
  const char* package;
  const char* version;
  const char* release;
  std::vector<std::string> first_ids;
};

const Asked kAsked[] = {
    {"InBoth", Ecosystem::PyPI, "web", "1.0", "", {"CVE-1"}},
    {"FixedInOneSourceAlone", Ecosystem::PyPI, "web", "1.2.5", "", {"CVE-1", "PYSEC-2"}},
    {"BeforeBoth", Ecosystem::PyPI, "web", "0.5", "", {"CVE-1"}},
    {"Fixed", Ecosystem::PyPI, "web", "1.4", "", {}},
    {"IntroducedAgain", Ecosystem::PyPI, "web", "2.0.1", "", {"CVE-1"}},
    {"LastAffected", Ecosystem::PyPI, "web", "1.3", "", {"PYSEC-2"}},
    {"LastAffectedOwnBuild", Ecosystem::PyPI, "web", "1.3+ours", "", {"PYSEC-2"}},
    {"OwnBuildOfFixed", Ecosystem::PyPI, "web", "2.1+ours", "", {}},
    {"PreReleaseOfFixed", Ecosystem::PyPI, "web", "2.1rc1", "", {"CVE-1"}},
    {"OtherSpelling", Ecosystem::PyPI, "web", "v1.0.0", "", {"CVE-1"}},
    {"Unreadable", Ecosystem::PyPI, "wev", "odd-version", "", {"MAL-1"}},
    {"UnreadableOfOpen", Ecosystem::PyPI, "open", "what", "", {"PYSEC-3"}},
    {"UnreadableOfClosed", Ecosystem::PyPI, "web", "what", "", {}},
    {"Unknown", Ecosystem::PyPI, "nobody", "1", "", {}},
    {"Debian", Ecosystem::Debian, "openssl", "3.0.11-1~deb12u1", "Debian:12", {"CVE-9"}},
    {"DebianFixed", Ecosystem::Debian, "openssl", "3.0.11-1~deb12u2", "Debian:12", {}},
    {"NoRelease", Ecosystem::Debian, "openssl", "3.0.11-1~deb12u1", "", {}},
    {"OtherRelease", Ecosystem::Debian, "openssl", "3.0.11-1~deb12u1", "Debian:13", {}},
    {"Alpine", Ecosystem::Alpine, "openssl", "3.1.1-r1", "Alpine:v3.18", {"ALPINE-1"}},
    {"AlpineFixed", Ecosystem::Alpine, "openssl", "3.1.1-r10", "Alpine:v3.18", {}},
    {"OtherEcosystem", Ecosystem::PyPI, "openssl", "3.1.1", "", {}},
};

class DatabaseAsked : public ::testing::TestWithParam<Asked> {};

TEST_P(DatabaseAsked, NamesWhatIsKnown) {
  const Asked& row = GetParam();
  const Package package = make_package(row.ecosystem, row.package, row.version, "test");
  std::vector<std::string> ids;
  for (const AdvisoryMatch& match : database().find(package, row.release)) ids.push_back(match.ids.front());
  EXPECT_EQ(ids, row.first_ids);
}

INSTANTIATE_TEST_SUITE_P(Table, DatabaseAsked, ::testing::ValuesIn(kAsked),
                         [](const auto& row) { return row.param.name; });

TEST(AdvisoryDatabase, CountsThePackagesOfARelease) {
  EXPECT_EQ(database().packages_of(Ecosystem::Debian, "Debian:12"), 1u);
  EXPECT_EQ(database().packages_of(Ecosystem::Debian, "Debian:13"), 0u);
  EXPECT_EQ(database().packages_of(Ecosystem::Rpm, "Debian:12"), 0u);
  EXPECT_EQ(database().packages_of(Ecosystem::PyPI, ""), 3u);
}

TEST(AdvisoryDatabase, MergesWhatSpeaksOfOneWeakness) {
  const auto matches = database().find(make_package(Ecosystem::PyPI, "web", "1.1", ""));
  ASSERT_EQ(matches.size(), 2u);
  EXPECT_THAT(matches[0].ids, ElementsAre("CVE-1", "GHSA-1", "PYSEC-1"));
  EXPECT_EQ(matches[0].summary, "one");
  EXPECT_EQ(matches[0].severity.level, SeverityLevel::Critical);
  EXPECT_EQ(matches[0].severity.score, 9.8);
  EXPECT_THAT(matches[0].fixed, ElementsAre("1.2.5", "1.2.6", "2.1"));
  EXPECT_THAT(matches[0].sources, ElementsAre("test"));
  EXPECT_THAT(matches[1].ids, ElementsAre("PYSEC-2"));
  EXPECT_EQ(matches[1].severity.from, "LOW");
}

TEST(AdvisoryDatabase, LetsALaterAdvisoryTieTwoTogether) {
  const auto database = AdvisoryDatabase([] {
    std::vector<AdvisoryFile> files;
    files.push_back(
        file_of(R"([{"id": "A-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1"]}]},
      {"id": "B-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1"]}]},
      {"id": "C-1", "aliases": ["A-1", "B-1"], "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1"]}]}])",
                "one"));
    files.push_back(file_of(
        R"({"id": "C-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1"]}]})", "two"));
    return files;
  }());
  const auto matches = database.find(make_package(Ecosystem::PyPI, "A", "1.0", ""));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_THAT(matches[0].ids, ElementsAre("A-1", "B-1", "C-1"));
  EXPECT_THAT(matches[0].sources, ElementsAre("one", "two"));
}

TEST(AdvisoryDatabase, PutsMaliciousPackagesFirst) {
  const auto matches = database().find(make_package(Ecosystem::PyPI, "wev", "0.1", ""));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_TRUE(matches[0].is_malicious);
}

TEST(AdvisoryFile, IsTheSameForTheSameInputAndKnowsEveryChangedByte) {
  const auto gathered = gather_advisories(kRecords, "records");
  const std::string bytes = encode_advisories(gathered->source, gathered->advisories);
  EXPECT_EQ(bytes, encode_advisories(gathered->source, gathered->advisories));
  EXPECT_EQ(decode_advisories(std::vector<char>(bytes.begin(), bytes.end()))->source, gathered->source);
  EXPECT_EQ(gathered->source.withdrawn, 1u);
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::vector<char> changed(bytes.begin(), bytes.end());
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(decode_advisories(std::move(changed)).has_value()) << at;
  }
  EXPECT_TRUE(fails_with(decode_advisories(std::vector<char>(bytes.begin(), bytes.end() - 1)), Errc::Corrupt,
                         "its checksum is wrong"));
  const std::string newer = "berth advisories 2\n" + bytes.substr(19);
  EXPECT_TRUE(fails_with(decode_advisories(std::vector<char>(newer.begin(), newer.end())), Errc::InvalidInput,
                         "written by a newer Berth"));
  EXPECT_TRUE(fails_with(decode_advisories({}), Errc::InvalidInput, "no database of advisories"));
}

}  // namespace
}  // namespace berth::vet
