#include "berth/image/rpm_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "berth/image/rpm_header.h"
#include "berth/sys/file.h"
#include "tests/image/berkeley_fixture.h"
#include "tests/image/rpm_fixture.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::string said(const RpmRecords& records) {
  std::string all;
  for (const DistributionPackage& package : records.packages) {
    all += package.name + " " + package.version + " " + package.architecture + " [" + package.licence + "] " +
           package.source + " " + package.source_version + "\n";
  }
  return all;
}

std::vector<std::string> names(const RpmRecords& records) {
  std::vector<std::string> names;
  for (const DistributionPackage& package : records.packages) names.push_back(package.name);
  return names;
}

std::string data(const char* name) {
  const auto text = sys::read_file(std::filesystem::path(__FILE__).parent_path() / "data" / name, 1 << 20);
  EXPECT_TRUE(testing::ok(text));
  return text.value_or("");
}

// What rpm 4.18 itself wrote, put into pages of 512 bytes by SQLite: each package and one key.
std::string real_database() { return data("rpmdb-512.sqlite"); }

TEST(RpmDatabase, OfRpmItselfIsRead) {
  const RpmRecords records = parse_rpm_database(real_database());
  EXPECT_EQ(records.unread, "");
  EXPECT_EQ(records.odd, 0u);
  EXPECT_EQ(said(records),
            "tide 1.0~rc1-1 noarch [BSD] tide 1.0~rc1-1\n"
            "python3-tide 1.0~rc1-1 noarch [ASL 2.0] tide 1.0~rc1-1\n"
            "harbour 2:1.4.0-3.el9 noarch [GPL-2.0-or-later AND MIT] harbour 1.4.0-3.el9\n");
  ASSERT_EQ(records.packages.size(), 3u);
  EXPECT_EQ(records.packages[1].installed_bytes, 48u);
  EXPECT_EQ(records.packages[0].format, PackageFormat::Rpm);
  EXPECT_THAT(records.python_owners,
              ElementsAre(Pair("usr/lib/python3.9/site-packages/ebb-1.egg-info", "python3-tide"),
                          Pair("usr/lib/python3.9/site-packages/tide-1.0rc1.dist-info", "python3-tide")));
}

// Of what is cut off or changed anywhere nothing is invented, and nothing is missed in silence.
class RealDatabase : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Table, RealDatabase, ::testing::Values("rpmdb-512.sqlite", "Packages-512"),
                         [](auto& row) { return row.param[0] == 'P' ? "OfBerkeleyDb" : "OfSqlite"; });

TEST_P(RealDatabase, CutOffAnywhereSaysSo) {
  const std::string whole = data(GetParam());
  for (std::size_t size = 0; size < whole.size(); size += 256) {
    const RpmRecords records = parse_rpm_database(whole.substr(0, size));
    EXPECT_TRUE(records.packages.size() == 3 || !records.unread.empty()) << size;
  }
}

TEST_P(RealDatabase, ChangedAnywhereStaysSound) {
  std::string file = data(GetParam());
  for (std::size_t at = 0; at < file.size(); at += 61) {
    const char before = file[at];
    for (const char other : {'\0', '\xff', static_cast<char>(before ^ 1)}) {
      file[at] = other;
      for (const DistributionPackage& package : parse_rpm_database(file).packages) {
        ASSERT_FALSE(package.name.empty()) << at;
        ASSERT_EQ(package.name.find_first_of(" \n\x1b"), std::string::npos) << at;
      }
    }
    file[at] = before;
  }
}

TEST(RpmDatabase, OfNdbIsRead) {
  const RpmRecords records = parse_rpm_database(ndb_file(
      {HeaderText().package("bash", "5.2", "1").text(1022, "x86_64").blob(), HeaderText().package("zlib").blob()}));
  EXPECT_EQ(records.unread, "");
  EXPECT_EQ(said(records), "bash 5.2-1 x86_64 [] bash 5.2-1\nzlib 1-1  [] zlib 1-1\n");
  EXPECT_EQ(parse_rpm_database(ndb_file({})).unread, "");
}

TEST(RpmDatabase, OfBerkeleyDbIsRead) {
  const std::vector<std::string> headers = {
      HeaderText().package("bash", "5.2", "1").text(1022, "x86_64").text(1014, std::string(2000, 'x')).blob(),
      HeaderText().package("gpg-pubkey", "8f0d9710", "6b08c460").blob(), HeaderText().package("zlib").blob()};
  for (const bool is_big : {false, true}) {
    const RpmRecords records = parse_rpm_database(Berkeley{.is_big = is_big}.file(headers));
    EXPECT_EQ(records.unread, "");
    EXPECT_EQ(records.odd, 0u);
    EXPECT_EQ(said(records), "bash 5.2-1 x86_64 [" + std::string(2000, 'x') + "] bash 5.2-1\nzlib 1-1  [] zlib 1-1\n");
    EXPECT_EQ(parse_rpm_database(Berkeley{.is_big = is_big}.file({})).unread, "");
  }
}

// What libdb itself wrote, of the packages in the other file of rpm's, in pages of 512 bytes.
TEST(RpmDatabase, OfTheLibraryIsRead) {
  const RpmRecords records = parse_rpm_database(data("Packages-512"));
  EXPECT_EQ(records.unread, "");
  EXPECT_THAT(names(records), UnorderedElementsAre("harbour", "python3-tide", "tide"));
}

std::string changed(std::string file, std::size_t at, const std::string& bytes) {
  return file.replace(at, bytes.size(), bytes);
}

std::string one_ndb() { return ndb_file({HeaderText().package("bash").blob()}); }

struct Unreadable {
  const char* name;
  std::string file;
  const char* why;
  std::size_t packages = 0;
};
const Unreadable kUnreadable[] = {
    {"Empty", "", "no database of rpm"},
    {"Text", "hello\n", "no database of rpm"},
    {"BerkeleyDbBreaksOff", std::string(12, '\0') + big(0x00061561, 4), "Berkeley DB: it is none"},
    {"BerkeleyDbIsDamaged",
     changed(Berkeley().file({HeaderText().package("zlib").blob(), HeaderText().package("bash").blob()}), 1024 + 8,
             "x"),
     "Berkeley DB: page 2: ", 1},
    {"Sqlite", "SQLite format 3\0"s, "it is none"},
    {"NdbBreaksOff", "RpmP", "it is none"},
    {"NdbOfAnotherVersion", changed(one_ndb(), 4, little(1)), "version 1"},
    {"NdbWithoutSlots", changed(one_ndb(), 12, little(0)), "breaks off in its slots"},
    {"NdbWithTooManySlots", changed(one_ndb(), 12, little(0xffffffff)), "breaks off in its slots"},
    {"NdbSlotIsNone", changed(one_ndb(), 48, "slot"), "is none", 1},
    {"NdbSlotInTheSlots", changed(one_ndb(), 40, little(1)), "no package can be"},
    {"NdbSlotOutside", changed(one_ndb(), 40, little(0xffffffff)), "no package can be"},
    {"NdbSlotTooLong", changed(one_ndb(), 44, little(0xffffffff)), "no package can be"},
    {"NdbSlotTooShort", changed(one_ndb(), 44, little(1)), "no package can be"},
    {"NdbPackageOfAnotherNumber", changed(one_ndb(), 36, little(9)), "is damaged"},
    {"NdbPackageTooLong", changed(one_ndb(), 4096 + 12, little(0xfffffff0)), "is damaged"},
    {"NdbPackageWithoutAnEnd", one_ndb().substr(0, one_ndb().size() - 1) + "F", "is damaged"},
    {"NdbSlotsOfOnePackage",
     [] {
       std::string file = one_ndb();
       for (std::size_t at = 48; at < 4096; at += 16) file.replace(at, 16, file, 32, 16);
       return file;
     }(),
     "more than the file", 43},
};
class UnreadableDatabase : public ::testing::TestWithParam<Unreadable> {};
TEST_P(UnreadableDatabase, SaysWhy) {
  const RpmRecords records = parse_rpm_database(GetParam().file);
  EXPECT_THAT(records.unread, HasSubstr(GetParam().why));
  EXPECT_EQ(records.packages.size(), GetParam().packages);
}
INSTANTIATE_TEST_SUITE_P(Table, UnreadableDatabase, ::testing::ValuesIn(kUnreadable),
                         [](auto& row) { return row.param.name; });

TEST(RpmHeaders, OfKeysAreLeftOutAndOddOnesCounted) {
  const RpmRecords records = parse_rpm_database(
      ndb_file({HeaderText().package("gpg-pubkey", "8f0d9710", "6b08c460").blob(),
                HeaderText().package("gpg-pubkey").numbers(1116, {0}).texts(1117, {"x"}).texts(1118, {"/"}).blob(),
                HeaderText().package("two words").blob(), "", HeaderText().package("bash").blob()}));
  EXPECT_EQ(said(records), "gpg-pubkey 1-1  [] gpg-pubkey 1-1\nbash 1-1  [] bash 1-1\n");
  EXPECT_EQ(records.odd, 2u);
}

TEST(RpmHeaders, SayAllThatIsAsked) {
  const auto header = parse_rpm_header(HeaderText()
                                           .package("tide", "1.0^git1", "2.el9")
                                           .number(1003, 0)
                                           .number(1009, 7)
                                           .long_number(5009, 5'000'000'000)
                                           .text(1014, "MIT \x1b[31m")
                                           .text(1022, "aarch64")
                                           .text(1044, "tide-water-1.0-2.nosrc.rpm")
                                           .blob());
  ASSERT_TRUE(testing::ok(header));
  EXPECT_EQ(header->package, (DistributionPackage{PackageFormat::Rpm, "tide", "0:1.0^git1-2.el9", "aarch64",
                                                  "tide-water", "1.0-2", "MIT \\x1b[31m", 5'000'000'000}));
  EXPECT_FALSE(header->is_key);
}

TEST(RpmHeaders, GiveTheLastOfEntriesThatStandTwice) {
  const auto header = parse_rpm_header(HeaderText().package("first").text(1000, "second").blob());
  ASSERT_TRUE(testing::ok(header));
  EXPECT_EQ(header->package.name, "second");
}

struct Source {
  const char* name;
  const char* file;
  const char* expected;
};
const Source kSources[] = {
    {"Plain", "bash-5.1-6.el9.src.rpm", "bash 5.1-6.el9"},
    {"Nothing", "", "tide 1-1"},
    {"NoEnd", "bash-5.1-6", "tide 1-1"},
    {"NoVersion", "bash.src.rpm", "tide 1-1"},
    {"NoName", "-5-6.src.rpm", "tide 1-1"},
    {"OneDash", "bash-5.src.rpm", "tide 1-1"},
    {"OnlyDashes", "--.src.rpm", "tide 1-1"},
    {"Blank", "ba sh-1-2.src.rpm", "tide 1-2"},
};
class SourceOfPackage : public ::testing::TestWithParam<Source> {};
TEST_P(SourceOfPackage, IsTold) {
  const auto header = parse_rpm_header(HeaderText().package("tide").text(1044, GetParam().file).blob());
  ASSERT_TRUE(testing::ok(header));
  EXPECT_EQ(header->package.source + " " + header->package.source_version, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Table, SourceOfPackage, ::testing::ValuesIn(kSources),
                         [](auto& row) { return row.param.name; });

TEST(RpmHeaders, NameWhatTheyOwnOfPythons) {
  const auto owned = [](const std::vector<std::string>& names, const std::vector<std::string>& folders,
                        const std::vector<std::uint32_t>& indexes) {
    const auto header = parse_rpm_header(
        HeaderText().package("a").texts(1117, names).texts(1118, folders).numbers(1116, indexes).blob());
    return header ? header->python_metadata : std::vector<std::string>{"refused"};
  };
  EXPECT_THAT(owned({"a.dist-info", "METADATA", "x", "b.egg-info"}, {"/s/", "/s/a.dist-info/", "/t/"}, {0, 1, 1, 2}),
              ElementsAre("s/a.dist-info", "t/b.egg-info"));
  // Counts that do not fit, places that are not there, paths that are too long.
  EXPECT_THAT(owned({"a.dist-info"}, {"/s/"}, {0, 0}), ElementsAre());
  EXPECT_THAT(owned({"a.dist-info"}, {"/s/"}, {1}), ElementsAre());
  EXPECT_THAT(owned({"a.dist-info"}, {"/" + std::string(2000, 's') + "/"}, {0}), ElementsAre());
  EXPECT_THAT(owned({"METADATA"}, {".dist-info"}, {0}), ElementsAre(".dist-info"));
}

struct Odd {
  const char* name;
  std::string blob;
  const char* why;
};
const Odd kOdd[] = {
    {"Empty", "", "breaks off"},
    {"NoEntries", big(0, 4) + big(0, 4), "counts"},
    {"TooManyEntries", big(65536, 4) + big(0, 4), "counts"},
    {"TooMuchData", big(1, 4) + big(0x10000000, 4), "counts"},
    {"IndexBreaksOff", big(2, 4) + big(0, 4) + std::string(31, '\0'), "breaks off"},
    {"DataBreaksOff", big(1, 4) + big(2, 4) + std::string(17, '\0'), "breaks off"},
    {"NoName", HeaderText().text(1001, "1").text(1002, "1").blob(), "no proper package"},
    {"NoVersion", HeaderText().text(1000, "a").text(1002, "1").blob(), "no proper package"},
    {"NoRelease", HeaderText().text(1000, "a").text(1001, "1").blob(), "no proper package"},
    {"NameIsANumber", HeaderText().package("a").number(1000, 7).blob(), "no proper package"},
    {"NameDoesNotEnd", HeaderText().package("a").entry(1000, 6, 1, "abc").blob(), "no proper package"},
    {"NameIsOutside", HeaderText().package("a").entry_at(1000, 6, 0xffffffff, 1, "").blob(), "no proper package"},
    {"NameMovesTheCursor", HeaderText().package("a\x1b[2J").blob(), "no proper package"},
    {"NameIsLong", HeaderText().package(std::string(513, 'a')).blob(), "no proper package"},
};
class OddHeader : public ::testing::TestWithParam<Odd> {};
TEST_P(OddHeader, IsRefused) {
  EXPECT_TRUE(testing::fails_with(parse_rpm_header(GetParam().blob), Errc::Corrupt, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, OddHeader, ::testing::ValuesIn(kOdd), [](auto& row) { return row.param.name; });

TEST(RpmHeaders, WithCountsThatLieSayLess) {
  const auto header = parse_rpm_header(HeaderText()
                                           .package("a")
                                           .entry(1009, 4, 0, "")
                                           .entry(1116, 4, 0xffffffff, big(0, 4))
                                           .entry(1118, 8, 0xffffffff, "/s/"s + '\0')
                                           .entry(1117, 8, 3, "a.dist-info"s + '\0')
                                           .blob());
  ASSERT_TRUE(testing::ok(header));
  EXPECT_EQ(header->package.installed_bytes, 0u);
  EXPECT_TRUE(header->python_metadata.empty());
}

}  // namespace
}  // namespace berth::image
