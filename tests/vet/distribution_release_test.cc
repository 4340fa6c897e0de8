#include "berth/vet/distribution_release.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::vet {
namespace {

struct Release {
  const char* name;
  const char* id;
  const char* version;
  const char* expected;
};
const Release kReleases[] = {
    {"Debian", "debian", "12", "Debian:12"},
    {"DebianToCome", "debian", "", "Debian"},
    {"Ubuntu", "ubuntu", "22.04", "Ubuntu:22.04"},
    {"Alpine", "alpine", "3.18.4", "Alpine:v3.18"},
    {"AlpineOfTwoNumbers", "alpine", "3.20", "Alpine:v3.20"},
    {"AlpineToCome", "alpine", "3.21_alpha20240807", "Alpine:v3.21"},
    {"Wolfi", "wolfi", "20230201", "Wolfi"},
    {"RedHat", "rhel", "9.4", "Red Hat:enterprise_linux:9"},
    {"Rocky", "rocky", "8.10", "Rocky Linux:8"},
    {"Alma", "almalinux", "9", "AlmaLinux:9"},
    {"Leap", "opensuse-leap", "15.5", "openSUSE:Leap 15.5"},
    {"Tumbleweed", "opensuse-tumbleweed", "20240101", "openSUSE:Tumbleweed"},
    {"AzureLinux", "azurelinux", "3.0", "Azure Linux:3"},
    {"Amazon", "amzn", "2", "amzn:2"},
    {"CentOs", "centos", "7", "centos:7"},
    {"WithoutVersion", "arch", "", "arch"},
    {"Nameless", "", "12", ""},
};
class DistributionRelease : public ::testing::TestWithParam<Release> {};
TEST_P(DistributionRelease, IsNamedAsAdvisoriesDo) {
  EXPECT_EQ(distribution_release(GetParam().id, GetParam().version), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Table, DistributionRelease, ::testing::ValuesIn(kReleases),
                         [](auto& row) { return row.param.name; });

struct Said {
  const char* name;
  const char* told;
  const char* asked;
  bool expected;
};
const Said kSaid[] = {
    {"Index", "", "", true},
    {"Same", "Debian:12", "Debian:12", true},
    {"Other", "Debian:13", "Debian:12", false},
    {"LongerNumber", "Debian:123", "Debian:12", false},
    {"ShorterNumber", "Debian:1", "Debian:12", false},
    {"Channel", "Red Hat:enterprise_linux:9::baseos", "Red Hat:enterprise_linux:9", true},
    {"ChannelOfAnother", "Red Hat:enterprise_linux:8::baseos", "Red Hat:enterprise_linux:9", false},
    {"LongTerm", "Ubuntu:22.04:LTS", "Ubuntu:22.04", true},
    {"Paid", "Ubuntu:Pro:22.04:LTS", "Ubuntu:22.04", false},
    {"AllReleases", "Debian", "Debian:12", true},
    {"OneReleaseOfAll", "Debian:12", "Debian", false},
    {"WithoutReleases", "Wolfi", "Wolfi", true},
    {"IndexOfADistribution", "", "Debian:12", false},
    {"DistributionOfNone", "Debian:12", "", false},
};
class SaidOfRelease : public ::testing::TestWithParam<Said> {};
TEST_P(SaidOfRelease, IsToldApart) { EXPECT_EQ(is_said_of(GetParam().told, GetParam().asked), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(Table, SaidOfRelease, ::testing::ValuesIn(kSaid), [](auto& row) { return row.param.name; });

TEST(OsvExport, IsThereForTheDistributionsOfOsv) {
  EXPECT_EQ(osv_export_of("Debian:12"), "https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip");
  EXPECT_EQ(osv_export_of("Rocky Linux:9"), "https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip");
  EXPECT_EQ(osv_export_of("amzn:2"), std::nullopt);
  EXPECT_EQ(osv_export_of(""), std::nullopt);
}

TEST(OsvEcosystems, AreOursWhereWeOrderVersions) {
  EXPECT_EQ(ecosystem_of_osv("PyPI"), Ecosystem::PyPI);
  EXPECT_EQ(ecosystem_of_osv("Debian:12"), Ecosystem::Debian);
  EXPECT_EQ(ecosystem_of_osv("npm"), std::nullopt);
}

}  // namespace
}  // namespace berth::vet
