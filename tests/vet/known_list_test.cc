#include "berth/vet/known_list.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "berth/base/utc_text.h"
#include "berth/vet/popular_names.h"
#include "berth/vet/spdx_list.h"
#include "tests/content/zip_writer.h"
#include "tests/support/result_matchers.h"
#include "tests/vet/tar_writer.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::gzip;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ok;
using ::testing::StartsWith;
using testing::tar_end;
using testing::tar_entry;

// The first names that everybody knows, as a list of them goes on.
std::string best_known(std::string_view before, std::string_view after, std::string_view between = "\n") {
  std::string text;
  for (std::size_t i = 0; i < 100; ++i) {
    text += fmt::format("{}{}{}{}", i == 0 ? "" : between, before, PopularNames::built_in().names()[i], after);
  }
  return text;
}

TEST(KnownList, RanksPopularNamesOfATableByTheirDownloads) {
  const std::string table = "download_count,project\n5,\"second\"\n70,\"First.Name\"\n5,third\n1,first-name\n" +
                            best_known("0,\"", "\"") + "\r\n";
  for (const std::string& bytes : {table, gzip(table)}) {
    const auto list = gather_list(ListKind::Popular, bytes, "top.csv");
    ASSERT_TRUE(ok(list));
    EXPECT_THAT(list->text, StartsWith("first-name\nsecond\nthird\nboto3\n"));
    EXPECT_EQ(list->info.entries, 103u);
    EXPECT_EQ(list->info.dated, "");
    EXPECT_EQ(list->info.sha256.size(), 64u);
  }
}

TEST(KnownList, TakesPopularNamesAsJsonWithTheirDayAndAsLines) {
  const std::string rows = best_known(R"({"download_count": 3, "project": ")", R"("})", ",");
  const auto json = gather_list(ListKind::Popular,
                                R"({"last_update": "2026-11-01 08:42:15", "query": {"bytes": 1}, "rows": [)" + rows +
                                    R"(,{"project": "Best_one", "download_count": 9}]})",
                                "top.json");
  ASSERT_TRUE(ok(json));
  EXPECT_THAT(json->text, StartsWith("best-one\nboto3\n"));
  EXPECT_EQ(json->info.dated, "2026-11-01");
  const auto lines = gather_list(ListKind::Popular, "# most first\n" + best_known("", "") + "\nlast\n", "names");
  ASSERT_TRUE(ok(lines));
  EXPECT_THAT(lines->text, StartsWith("boto3\n"));
  EXPECT_EQ(lines->info.entries, 101u);
}

TEST(KnownList, TakesMaliciousNamesAsLines) {
  const auto list = gather_list(ListKind::Malicious, "# ours\nBad_Name\tour\x1b[2J team\r\n\nother\n", "names");
  ASSERT_TRUE(ok(list));
  EXPECT_EQ(list->text, "bad-name\tour\\x1b[2J team\nother\n");
  EXPECT_EQ(list->info.entries, 2u);
}

std::string record(std::string_view id, std::string_view name, std::string_view affected,
                   std::string_view ecosystem = "PyPI") {
  return fmt::format(R"({{"id": "{}", "affected": [{{"package": {{"ecosystem": "{}", "name": "{}"}}, {}}}]}})", id,
                     ecosystem, name, affected);
}

TEST(KnownList, TakesMaliciousNamesOfRecordsThatSpeakOfAllVersions) {
  const std::string_view all = R"("ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}])";
  const std::string bad = record("MAL-1", "All_Bad", all);
  const std::string others = record("MAL-2", "once-good", R"("versions": ["6.6.6"])") + "," +
                             record("CVE-1", "weak", all) + "," +
                             record("MAL-3", "mended", R"("ranges": [{"type": "ECOSYSTEM", "events":
                                [{"introduced": "0"}, {"fixed": "2"}]}])") +
                             "," + R"({"id": "MAL-4", "withdrawn": "2026-01-01T00:00:00Z", "affected": []})";
  const auto list = gather_list(ListKind::Malicious, "[" + bad + "," + others + "]", "x.json");
  ASSERT_TRUE(ok(list));
  EXPECT_EQ(list->text, "all-bad\tMAL-1\n");
  EXPECT_THAT(list->info.problems,
              ElementsAre("2 records speak of single versions: import the file as advisories, too"));
  const std::string zip = content::ZipWriter().add({.name = "a.json", .data = bad, .deflated = true}).finish();
  const std::string tar = gzip(tar_entry("a.json", bad) + tar_end());
  for (const std::string& bytes : {zip, tar, bad, gzip(bad)}) {
    EXPECT_EQ(gather_list(ListKind::Malicious, bytes, "x")->text, "all-bad\tMAL-1\n");
  }
}

std::string spdx_json(std::string_view list, std::string_view key, const std::vector<SpdxId>& ids) {
  std::string text =
      fmt::format(R"({{"licenseListVersion": "9.9", "releaseDate": "2026-10-01T00:00:00Z", "{}": [)", list);
  for (const SpdxId& one : ids) {
    text += fmt::format(R"({{"{}": "{}", "isDeprecatedLicenseId": {}, "seeAlso": ["x"]}},)", key, one.id,
                        one.is_deprecated());
  }
  return text + fmt::format(R"({{"{}": "Brand-New-1.0", "isDeprecatedLicenseId": false}}]}})", key);
}

TEST(KnownList, TakesWhatSpdxPublishes) {
  const auto licences =
      gather_list(ListKind::Licences, spdx_json("licenses", "licenseId", spdx_licences()), "licenses.json");
  ASSERT_TRUE(ok(licences));
  EXPECT_EQ(licences->info.dated, "2026-10-01");
  EXPECT_EQ(licences->info.entries, spdx_licences().size() + 1);
  EXPECT_THAT(licences->text, HasSubstr("\nGPL-2.0\tGPL-2.0\n"));
  EXPECT_THAT(licences->text, HasSubstr("\nBrand-New-1.0\n"));
  const auto exceptions =
      gather_list(ListKind::Exceptions, spdx_json("exceptions", "licenseExceptionId", spdx_exceptions()), "x");
  ASSERT_TRUE(ok(exceptions));
  EXPECT_EQ(exceptions->info.entries, spdx_exceptions().size() + 1);
  // One is not the other.
  EXPECT_TRUE(fails_with(
      gather_list(ListKind::Exceptions, spdx_json("licenses", "licenseId", spdx_licences()), "licenses.json"),
      Errc::InvalidInput, "read SPDX exceptions from 'licenses.json': there is no list 'exceptions' in it"));
}

struct Bad {
  const char* name;
  ListKind kind;
  std::string bytes;
  Errc code;
  const char* why;
};

const Bad kBad[] = {
    {"Empty", ListKind::Popular, "", Errc::InvalidInput, "only 0 of 100 popular names"},
    {"OfAnotherIndex", ListKind::Popular, "lodash\nreact\nchalk\n", Errc::InvalidInput,
     "it is another list, or cut off"},
    {"NoColumn", ListKind::Popular, "count,name\n1,boto3\n", Errc::InvalidInput,
     "line 1: there is no column 'project'"},
    {"Fields", ListKind::Popular, "download_count,project\n1,boto3,2\n", Errc::InvalidInput, "line 2: 3 fields, not 2"},
    {"Count", ListKind::Popular, "download_count,project\n-1,boto3\n", Errc::InvalidInput,
     "'-1' is no number of downloads"},
    {"Name", ListKind::Popular, "project\nboto3\n../x\n", Errc::InvalidInput, "line 3: '../x' is no name"},
    {"InvisibleName", ListKind::Popular, "a\x1b[2J\n", Errc::InvalidInput, "line 1: 'a\\x1b[2J' is no name"},
    {"RowWithoutName", ListKind::Popular, R"({"rows": [{"download_count": 1}]})", Errc::InvalidInput, "row 1: ''"},
    {"RowOfNothing", ListKind::Popular, R"({"rows": [1]})", Errc::InvalidInput, "row 1: ''"},
    {"NoRows", ListKind::Popular, R"({"rows": {}})", Errc::InvalidInput, "there is no list 'rows'"},
    {"DeepJson", ListKind::Popular, std::string(100'000, '['), Errc::Exhausted, "its nesting is over the limit"},
    {"Cut", ListKind::Popular, gzip(best_known("", "")).substr(0, 200), Errc::InvalidInput, "packed bytes are damaged"},
    {"Bomb", ListKind::Popular, gzip(std::string(std::size_t{65} << 20, 'a')), Errc::Exhausted, "larger than is taken"},
    {"NoMalicious", ListKind::Malicious, "# none\n", Errc::InvalidInput, "there is no name in it"},
    {"MaliciousName", ListKind::Malicious, "good-name\nbad name\n", Errc::InvalidInput,
     "line 2: 'bad name' is no name"},
    {"RecordsOfWeaknesses", ListKind::Malicious, record("CVE-1", "a", R"("versions": ["1"])"), Errc::InvalidInput,
     "there is no name in it"},
    {"MaliciousOutside", ListKind::Malicious, gzip(tar_entry("../a.json", "{}") + tar_end()), Errc::InvalidInput,
     "../a.json"},
    {"NoLicences", ListKind::Licences, R"({"licenses": []})", Errc::InvalidInput, "only 0 of 734 SPDX licences"},
    {"LicenceId", ListKind::Licences, R"({"licenses": [{"licenseId": "M I T"}]})", Errc::InvalidInput,
     "'M I T' is no id"},
    {"NoJson", ListKind::Licences, "MIT\n", Errc::InvalidInput, "read SPDX licences from 'x'"},
};

class BadList : public ::testing::TestWithParam<Bad> {};

TEST_P(BadList, IsRefusedWithReason) {
  EXPECT_TRUE(fails_with(gather_list(GetParam().kind, GetParam().bytes, "x"), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadList, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(KnownList, KnowsWhatComesWithBerth) {
  for (const ListKind kind : kListKinds) {
    const KnownList list = built_in_list(kind);
    EXPECT_TRUE(ok(check_list(kind, list.text))) << list_kind_text(kind);
    EXPECT_TRUE(list.info.is_built_in());
    EXPECT_TRUE(parse_utc(list.info.dated).has_value()) << list_kind_text(kind) << ": " << list.info.dated;
    EXPECT_GT(list.info.entries, 50u);
    EXPECT_EQ(parse_list_kind(list_kind_text(kind)), kind);
  }
  EXPECT_TRUE(fails_with(parse_list_kind("names"), Errc::InvalidInput, "'names' is no kind of list"));
}

TEST(KnownList, CountsItsAgeFromItsDayElseFromItsImport) {
  const auto now = *parse_utc("2026-11-26T12:00:00Z");
  ListInfo info = {.imported = "2026-11-25T12:00:00Z"};
  EXPECT_EQ(age_of(info, now), std::chrono::hours(24));
  info.dated = "2026-11-16";
  EXPECT_EQ(age_of(info, now), std::chrono::hours(10 * 24 + 12));
  info.dated = "2027-11-16";  // a day to come would never be old
  EXPECT_EQ(age_of(info, now), std::nullopt);
  EXPECT_EQ(age_of(ListInfo(), now), std::nullopt);
}

TEST(SpdxList, LearnsIdsAndForgetsNone) {
  const std::size_t before = spdx_licences().size();
  add_spdx_ids("Zz-Learned-1.0\nzz-learned-1.0\nMIT\nGPL-2.0\tGPL-2.0\nZz-Old\tZz-Old\n", "Zz-exception\n");
  EXPECT_EQ(spdx_licences().size(), before + 2);
  EXPECT_EQ(find_spdx_licence("ZZ-LEARNED-1.0")->id, "Zz-Learned-1.0");
  EXPECT_EQ(find_spdx_licence("Zz-Old")->replacement, "Zz-Old");
  EXPECT_EQ(find_spdx_licence("GPL-2.0")->replacement, "GPL-2.0-only");
  EXPECT_EQ(find_spdx_licence("0BSD")->id, "0BSD");
  ASSERT_NE(find_spdx_exception("Zz-exception"), nullptr);
  EXPECT_EQ(group_of_licence("Zz-Learned-1.0"), LicenceGroup::Other);
  add_spdx_ids("Zz-Learned-1.0\n", "");
  EXPECT_EQ(spdx_licences().size(), before + 2);
}

}  // namespace
}  // namespace berth::vet
