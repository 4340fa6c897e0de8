#include "berth/vet/advisory_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "berth/vet/gzip_reader.h"
#include "berth/vet/tar_reader.h"
#include "tests/content/zip_writer.h"
#include "tests/support/result_matchers.h"
#include "tests/vet/tar_writer.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::gzip;
using ::testing::HasSubstr;
using testing::ok;
using testing::tar_end;
using testing::tar_entry;

std::string record(std::string_view id, std::string_view modified = "2024-01-01T00:00:00Z") {
  return fmt::format(R"({{"id": "{}", "modified": "{}", "affected": [{{"package": {{"ecosystem": "PyPI", "name": "a"}},
      "versions": ["1"]}}]}})",
                     id, modified);
}

TEST(AdvisoryReader, TakesOneRecordAListAndAnArchive) {
  EXPECT_EQ(gather_advisories(record("X-1"), "x.json")->advisories.size(), 1u);
  EXPECT_EQ(gather_advisories("[" + record("X-1") + "," + record("X-2") + "]", "x.json")->advisories.size(), 2u);
  const std::string tar =
      tar_entry("folder/", "", '5') + tar_entry("folder/LICENSE", "words") +
      tar_entry("./folder/a.json", record("X-1")) +
      tar_entry("folder/b.yaml", "id: X-2\naffected: [{package: {ecosystem: PyPI, name: b}, versions: ['1']}]\n") +
      tar_end();
  const auto gathered = gather_advisories(gzip(tar), "x.tar.gz");
  ASSERT_TRUE(ok(gathered));
  EXPECT_EQ(gathered->advisories.size(), 2u);
  EXPECT_EQ(gathered->source.advisories, 2u);
  EXPECT_EQ(gathered->source.newest, "2024-01-01T00:00:00Z");
  EXPECT_EQ(gathered->source.sha256.size(), 64u);
  EXPECT_TRUE(gathered->source.problems.empty());
  const std::string zip = content::ZipWriter()
                              .add({.name = "a.json", .data = record("X-1"), .deflated = true})
                              .add({.name = "b.txt", .data = "words"})
                              .add({.name = "c.json", .data = record("X-2")})
                              .finish();
  EXPECT_EQ(gather_advisories(zip, "all.zip")->advisories.size(), 2u);
}

TEST(AdvisoryReader, KeepsTheLaterOfTwoRecordsWithOneId) {
  const auto gathered = gather_advisories(
      "[" + record("X-1", "2024-02-01T00:00:00Z") + "," + record("X-1", "2024-01-01T00:00:00Z") + "]", "x");
  ASSERT_EQ(gathered->advisories.size(), 1u);
  EXPECT_EQ(gathered->advisories[0].modified, "2024-02-01T00:00:00Z");
}

TEST(AdvisoryReader, LeavesOutWhatSpeaksOfNothingHere) {
  const std::string npm =
      R"({"id": "GHSA-x", "affected": [{"package": {"ecosystem": "npm", "name": "x"}, "versions": ["1"]}]})";
  const auto gathered = gather_advisories("[" + record("X-1") + "," + npm + "]", "x");
  ASSERT_TRUE(ok(gathered));
  EXPECT_EQ(gathered->source.advisories, 1u);
  EXPECT_EQ(gathered->source.left_out, 1u);
  EXPECT_TRUE(fails_with(gather_advisories(npm, "x"), Errc::InvalidInput, "none of its 1 advisories speaks of"));
}

TEST(AdvisoryReader, SaysWhatIsTakenInThePlaceOfAFolder) {
  EXPECT_TRUE(fails_with(read_advisories("/usr"), Errc::InvalidInput, "'/usr' is a folder: taken are"));
}

TEST(AdvisoryReader, BearsOneUnreadableRecordInAHundred) {
  std::string list;
  for (int i = 0; i < 99; ++i) list += record(fmt::format("X-{}", i)) + ",";
  const auto gathered = gather_advisories("[" + list + "{}]", "x");
  ASSERT_TRUE(ok(gathered));
  EXPECT_THAT(gathered->source.problems, ElementsAre("a record: key 'id' is missing, or no id"));
  EXPECT_TRUE(fails_with(gather_advisories("[" + list + "{},{}]", "x"), Errc::InvalidInput,
                         "2 of 101 advisories cannot be read: a record: key 'id' is missing"));
}

TEST(AdvisoryReader, ReadsNamesThatAreLong) {
  const std::string name = std::string(150, 'n') + ".json";
  const std::string pax = "162 path=" + name + "\n";
  ASSERT_EQ(pax.size(), 165u);
  for (const std::string& front :
       {tar_entry("x", "165" + pax.substr(3), 'x'), tar_entry("x", name + std::string(1, '\0'), 'L')}) {
    EXPECT_TRUE(ok(gather_advisories(gzip(front + tar_entry("cut", record("X-1"))), "x"))) << front[156];
  }
}

struct Bad {
  const char* name;
  std::string bytes;
  Errc code;
  const char* why;
};

const std::string kGood = gzip(tar_entry("a.json", record("X-1")) + tar_end());

const Bad kBad[] = {
    {"Empty", "", Errc::InvalidInput, "1 of 1 advisories cannot be read"},
    {"NoRecord", gzip(tar_entry("README", "words") + tar_end()), Errc::InvalidInput, "there is no advisory in it"},
    {"EmptyList", "[]", Errc::InvalidInput, "there is no advisory in it"},
    {"NoTar", gzip("not a tar archive"), Errc::InvalidInput, "it is no tar archive, or cut off"},
    {"Cut", kGood.substr(0, kGood.size() / 2), Errc::InvalidInput, "its packed bytes are damaged"},
    {"ChecksumWrong", kGood.substr(0, kGood.size() - 8) + "xxxx" + kGood.substr(kGood.size() - 4), Errc::InvalidInput,
     "its packed bytes are damaged"},
    {"BytesBehind", kGood + "x", Errc::InvalidInput, "more bytes follow its end"},
    {"CutInside", gzip(tar_entry("a.json", record("X-1")).substr(0, 700)), Errc::InvalidInput, "cut off in the middle"},
    {"Outside", gzip(tar_entry("../a.json", record("X-1"))), Errc::InvalidInput, "entry '../a.json'"},
    {"Absolute", gzip(tar_entry("/etc/a.json", record("X-1"))), Errc::InvalidInput, "its name is an absolute path"},
    {"Invisible", gzip(tar_entry("a\x1b[2J.json", record("X-1"))), Errc::InvalidInput, "'a\\x1b[2J.json'"},
    {"SymbolicLink", gzip(tar_entry("a.json", "", '2')), Errc::InvalidInput, "is a link or a device"},
    {"HardLink", gzip(tar_entry("a.json", "", '1')), Errc::InvalidInput, "is a link or a device"},
    {"Device", gzip(tar_entry("a.json", "", '3')), Errc::InvalidInput, "is a link or a device"},
    {"SizeLies", gzip(tar_entry("a.json", "x", '0', 17 << 20)), Errc::Exhausted, "more than is taken"},
    {"SizeOfPax", gzip(tar_entry("x", "12 size=000\n", 'x') + tar_entry("a.json", record("X-1"))), Errc::InvalidInput,
     "a pax header in it cannot be read"},
    {"Bomb", gzip(tar_entry("a.txt", std::string(std::size_t{20} << 20, 'x'))), Errc::Exhausted, "more than is taken"},
    {"NestedArchive", gzip(tar_entry("inner.json", kGood) + tar_end()), Errc::InvalidInput, "cannot be read"},
    {"ZipOutside", content::ZipWriter().add({.name = "../a.json", .data = record("X-1")}).finish(), Errc::InvalidInput,
     "../a.json"},
    {"ZipBomb",
     content::ZipWriter()
         .add({.name = "a.json", .data = std::string(std::size_t{4} << 20, ' '), .deflated = true})
         .finish(),
     Errc::InvalidInput, "a bomb does"},
    {"PlainTar", tar_entry("a.json", record("X-1")) + tar_end(), Errc::InvalidInput, "(tar, not packed): taken are"},
    {"Xz",
     std::string("\xfd"
                 "7zXZ\0\0",
                 7),
     Errc::InvalidInput, "(xz): taken are"},
    {"Bzip2", "BZh91AY", Errc::InvalidInput, "(bzip2): taken are"},
    {"Zstd", "\x28\xb5\x2f\xfd....", Errc::InvalidInput, "(zstd): taken are"},
    {"NotZip", "PK\x03\x04 and no more", Errc::InvalidInput, "archive"},
};

class BadFile : public ::testing::TestWithParam<Bad> {};

TEST_P(BadFile, IsRefusedWithReason) {
  EXPECT_TRUE(fails_with(gather_advisories(GetParam().bytes, "x"), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadFile, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(GzipReader, StopsAtItsLimit) {
  const std::string packed = gzip(std::string(1 << 20, 'x'));
  std::string into(2 << 20, '\0');
  GzipReader enough(packed, 1 << 20);
  EXPECT_EQ(*enough.read(into), 1u << 20);
  EXPECT_EQ(*enough.read(into), 0u);
  GzipReader little(packed, (1 << 20) - 1);
  EXPECT_TRUE(fails_with(little.read(into), Errc::Exhausted, "larger than is taken"));
  // The limit holds across reads.
  GzipReader pieces(packed, 1000);
  std::array<char, 400> piece = {};
  EXPECT_EQ(*pieces.read(piece), 400u);
  EXPECT_EQ(*pieces.read(piece), 400u);
  EXPECT_TRUE(fails_with(pieces.read(piece), Errc::Exhausted, "larger than is taken"));
}

TEST(TarReader, CountsItsFiles) {
  const std::string packed = gzip(tar_entry("a", "1") + tar_entry("b", "2") + tar_entry("c", "3"));
  GzipReader bytes(packed, 1 << 20);
  TarReader archive(bytes, {.files = 2, .file_bytes = 100});
  EXPECT_EQ((*archive.next())->bytes, "1");
  EXPECT_EQ((*archive.next())->name, "b");
  EXPECT_TRUE(fails_with(archive.next(), Errc::Exhausted, "more than 2 entries"));
}

}  // namespace
}  // namespace berth::vet
