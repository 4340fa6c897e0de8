#include "berth/image/package_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::image {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::string_view kStatus =
    "Package: libssl3\r\nStatus: install ok installed\r\nArchitecture: amd64\r\nSource: openssl\r\nVersion: "
    "3.0.17-1~deb12u2\r\nInstalled-Size: 6087\r\nDescription: Secure Sockets Layer\r\n Version: 9\r\n .\r\n\r\n"
    "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2+b8\nSource: bash (5.2.15-2)\n"
    "\n"
    "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
    "Package: never\nStatus: unknown ok not-installed\n\n"
    "Package: held\nStatus: hold ok installed\nVersion: 2\nSource: held (\n\n"
    "Package: half\nStatus: install reinstreq half-installed\nVersion: 3\n\n"
    "Package: two words\nStatus: install ok installed\nVersion: 1\n\n"
    "Package: unversioned\nStatus: install ok installed\n\n"
    "package: distroless\nVERSION: 4\n";

TEST(DpkgStatus, ReadsWhatHasFiles) {
  const PackageRecords records = parse_dpkg_status(kStatus);
  ASSERT_EQ(records.packages.size(), 5u);
  EXPECT_EQ(records.odd, 2u);
  const DistributionPackage& first = records.packages[0];
  EXPECT_EQ(first.name, "libssl3");
  EXPECT_EQ(first.version, "3.0.17-1~deb12u2");
  EXPECT_EQ(first.architecture, "amd64");
  EXPECT_EQ(first.source, "openssl");
  EXPECT_EQ(first.source_version, "3.0.17-1~deb12u2");
  EXPECT_EQ(first.installed_bytes, 6087u * 1024);
  EXPECT_EQ(records.packages[1].source, "bash");
  EXPECT_EQ(records.packages[1].source_version, "5.2.15-2");
  EXPECT_EQ(records.packages[2].name, "held");
  EXPECT_EQ(records.packages[2].source_version, "2");
  EXPECT_EQ(records.packages[3].name, "half");
  EXPECT_EQ(records.packages[4].name, "distroless");
}

TEST(DpkgStatus, OfNothingHasNothing) {
  for (const std::string_view text : {"", "\n\n\n", " folded\n", "no colon\n"}) {
    EXPECT_TRUE(parse_dpkg_status(text).packages.empty()) << text;
  }
  EXPECT_EQ(parse_dpkg_status("no colon\n").odd, 1u);
}

TEST(DpkgStatus, TakesNoSizeThatIsNoNumber) {
  for (const std::string_view size : {"-1", "9999999999999999999999", "18446744073709551615", "1k", ""}) {
    const auto records = parse_dpkg_status("Package: a\nVersion: 1\nInstalled-Size: " + std::string(size) + "\n");
    ASSERT_EQ(records.packages.size(), 1u);
    EXPECT_EQ(records.packages[0].installed_bytes, 0u) << size;
  }
}

constexpr std::string_view kApk =
    "C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:400\nI:667648\nT:the musl c library\nU:https://musl.libc.org/\nL:MIT\n"
    "o:musl\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\n\n"
    "P:py3-yaml\nV:6.0.2-r0\nA:x86_64\nL:MIT AND \x1b[31mX\nF:usr/lib/python3.12/site-packages\n"
    "F:usr/lib/python3.12/site-packages/PyYAML-6.0.2.dist-info\nR:METADATA\nR:six-1.egg-info\n\n"
    "P:nameless version\nV:\n\n";

TEST(ApkInstalled, ReadsPackagesAndWhatTheyOwnOfPythons) {
  const ApkRecords records = parse_apk_installed(kApk);
  ASSERT_EQ(records.packages.size(), 2u);
  EXPECT_EQ(records.odd, 1u);
  EXPECT_EQ(records.packages[0].name, "musl");
  EXPECT_EQ(records.packages[0].version, "1.2.5-r0");
  EXPECT_EQ(records.packages[0].licence, "MIT");
  EXPECT_EQ(records.packages[0].installed_bytes, 667648u);
  EXPECT_EQ(records.packages[0].format, PackageFormat::Apk);
  EXPECT_EQ(records.packages[1].source, "py3-yaml");
  EXPECT_EQ(records.packages[1].licence, "MIT AND \\x1b[31mX");
  EXPECT_THAT(records.python_owners,
              ElementsAre(Pair("usr/lib/python3.12/site-packages/PyYAML-6.0.2.dist-info", "py3-yaml"),
                          Pair("usr/lib/python3.12/site-packages/PyYAML-6.0.2.dist-info/six-1.egg-info", "py3-yaml")));
}

// A line for a folder, with thousands of files under it that each have its name in front.
TEST(ApkInstalled, BoundsWhatPackagesOwn) {
  const std::string package = "P:a\nV:1\nF:";
  const auto files = [](std::size_t count) {
    std::string lines;
    for (std::size_t i = 0; i < count; ++i) lines += "R:x.egg-info\n";
    return lines;
  };
  struct Bound {
    std::string text;
    std::size_t owners;
    std::size_t odd;
  };
  const Bound bounds[] = {
      {package + std::string(1013, 'f') + "\n" + files(3), 3, 0},
      {package + std::string(1014, 'f') + "\n" + files(3), 0, 1},
      {package + std::string(1 << 20, 'f') + "\n" + files(100'000), 0, 1},
      {package + std::string(2000, 'f') + ".dist-info\nF:f\nR:a.dist-info\n", 1, 1},
      {package + "f\n" + files(10'001), 10'000, 1},
      {[&] {
         std::string text;
         for (int i = 0; i < 11; ++i) text += package + "f\n" + files(9'500) + "\n";
         return text;
       }(),
       100'000, 1},
  };
  for (const Bound& bound : bounds) {
    const ApkRecords records = parse_apk_installed(bound.text);
    EXPECT_EQ(records.python_owners.size(), bound.owners) << bound.text.substr(0, 40) << bound.text.size();
    EXPECT_EQ(records.odd, bound.odd);
    EXPECT_EQ(records.packages.back().name, "a");
  }
}

TEST(OsReleaseNames, AreReadWithTheirQuotes) {
  const OsRelease os = parse_os_release_names(
      "# comment\nPRETTY_NAME=\"Debian \\\"12\\\" \x1b[1m\"\nVERSION_ID='12'\nID=debian\nID_LIKE=x\nnone\n");
  EXPECT_EQ(os, (OsRelease{"debian", "12", "Debian \"12\" \\x1b[1m"}));
  EXPECT_EQ(parse_os_release_names("ID=\"open"), (OsRelease{"open", "", ""}));
}

struct Metadata {
  const char* name;
  const char* text;
  const char* expected;  // name, blank, version
};
const Metadata kMetadata[] = {
    {"Plain", "Metadata-Version: 2.1\nName: PyYAML\nVersion: 6.0\n\nName: other\n", "PyYAML 6.0"},
    {"CarriageReturns", "Name: a\r\nVersion: 1\r\n\r\n", "a 1"},
    {"AnyCase", "NAME: a\nversion:1\n", "a 1"},
    {"TheFirstCounts", "Name: a\nVersion: 1\nVersion: 2\n", "a 1"},
    {"FoldedLinesAreNone", "Summary: x\n Name: b\nName: a\nVersion: 1", "a 1"},
    {"InTheDescription", "Version: 1\n\nName: a\n", " 1"},
    {"Blanks", "Name: a b\nVersion: 1\n", " 1"},
    {"Control", "Name: a\x1b\nVersion: 1\n", " 1"},
    {"Empty", "", " "},
};
class MetadataHeader : public ::testing::TestWithParam<Metadata> {};
TEST_P(MetadataHeader, IsRead) {
  const NameAndVersion both = parse_name_and_version(GetParam().text);
  EXPECT_EQ(both.name + " " + both.version, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Table, MetadataHeader, ::testing::ValuesIn(kMetadata),
                         [](auto& row) { return row.param.name; });

struct Program {
  const char* name;
  std::string bytes;
  const char* minor;
  const char* version;
};
using namespace std::string_literals;
const Program kPrograms[] = {
    {"Release", "x\0003.11.2\0y"s, "3.11", "3.11.2"},
    {"Candidate", "\0003.13.0rc2\0"s, "3.13", "3.13.0rc2"},
    {"Development", "\0003.11.2+\0"s, "3.11", "3.11.2+"},
    {"TheSecondFits", "3.11.1\0 3.11.9\0\0003.11.x\0\0003.11.2\0"s, "3.11", "3.11.2"},
    {"WithinAText", "\0python3.11.2\0"s, "3.11", ""},
    {"MoreBehindIt", "\0003.11.2 (main)\0"s, "3.11", ""},
    {"AnotherMinor", "\0003.1.2\0"s, "3.11", ""},
    {"AtTheEnd", "\0003.11.2"s, "3.11", "3.11.2"},
    {"Cut", "\0003.11."s, "3.11", ""},
    {"Empty", "", "3.11", ""},
};
class InterpreterVersion : public ::testing::TestWithParam<Program> {};
TEST_P(InterpreterVersion, IsFound) {
  EXPECT_EQ(find_interpreter_version(GetParam().bytes, GetParam().minor), GetParam().version);
}
INSTANTIATE_TEST_SUITE_P(Table, InterpreterVersion, ::testing::ValuesIn(kPrograms),
                         [](auto& row) { return row.param.name; });

TEST(PythonName, IsNormalised) {
  EXPECT_EQ(normalized_python_name("Zope.__interface-_X"), "zope-interface-x");
  EXPECT_EQ(normalized_python_name(""), "");
}

}  // namespace
}  // namespace berth::image
