#include "berth/image/package_manager.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

struct Release {
  const char* name;
  const char* text;
  std::optional<PackageManager> manager;
};

const Release kReleases[] = {
    {"Debian", "PRETTY_NAME=\"Debian\"\nID=debian\n", PackageManager::Apt},
    {"Ubuntu", "ID=ubuntu\nID_LIKE=debian\n", PackageManager::Apt},
    {"LikeDebian", "ID=mint\nID_LIKE=\"ubuntu debian\"\n", PackageManager::Apt},
    {"Alpine", "NAME=\"Alpine Linux\"\nID=alpine", PackageManager::Apk},
    {"Ubi", "ID=\"rhel\"\nID_LIKE=\"fedora\"\n", PackageManager::Dnf},
    {"Other", "ID=nixos\n", std::nullopt},
    {"Nothing", "", std::nullopt},
    {"OtherKey", "VERSION_ID=debian\n", std::nullopt},
};

class OsRelease : public ::testing::TestWithParam<Release> {};

TEST_P(OsRelease, TellsThePackageManager) { EXPECT_EQ(manager_of(GetParam().text), GetParam().manager); }

INSTANTIATE_TEST_SUITE_P(Table, OsRelease, ::testing::ValuesIn(kReleases), [](auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  const char* text;
  const char* why;
};

const Bad kBad[] = {
    {"Option", "-oDPkg::Pre-Invoke=id", "no name of a package"},
    {"Removal", "wget-", "no name of a package"},
    {"Pattern", "wget*", "no name of a package"},
    {"AptPattern", "?essential", "no name of a package"},
    {"Path", "/tmp/evil.deb", "no name of a package"},
    {"Release", "wget/sid", "no name of a package"},
    {"Task", "web-server^", "no name of a package"},
    {"NoVersion", "wget=", "is no version"},
    {"BadVersion", "wget=1;id", "is no version"},
    {"Twice", "wget,wget=1", "stands twice"},
    {"Utf8", "w\xc3\xa9", "no name of a package"},
};

class BadWish : public ::testing::TestWithParam<Bad> {};

TEST_P(BadWish, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_package_wishes(GetParam().text), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadWish, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

TEST(Wishes, AreReadWithCommasAndBlanks) {
  const auto list = parse_package_wishes("wget, g++ curl=7.88.1-10+deb12u5\nlibxml2.9");
  ASSERT_TRUE(testing::ok(list));
  std::string text;
  for (const PackageWish& one : *list) text += to_string(one) + ";";
  EXPECT_EQ(text, "curl=7.88.1-10+deb12u5;g++;libxml2.9;wget;");
}

TEST(Wishes, OfAptAreInLowerCase) {
  EXPECT_TRUE(testing::fails_with(check_wishes(PackageManager::Apt, {{"Wget", ""}}), Errc::InvalidInput, "lower-case"));
  EXPECT_TRUE(testing::fails_with(check_wishes(PackageManager::Apt, {{"a_b", ""}}), Errc::InvalidInput, "lower-case"));
  EXPECT_TRUE(testing::fails_with(check_wishes(PackageManager::Apk, {{"Wget", ""}}), Errc::InvalidInput, "lower-case"));
  EXPECT_TRUE(testing::ok(check_wishes(PackageManager::Apk, {{"py3_x", ""}})));
  EXPECT_TRUE(testing::ok(check_wishes(PackageManager::Microdnf, {{"NetworkManager", ""}})));
}

std::string told(const std::vector<Package>& packages) {
  std::string text;
  for (const Package& one : packages) text += fmt::format("{} {} {};", one.name, one.version, one.architecture);
  return text;
}

struct Printed {
  const char* name;
  PackageManager manager;
  const char* text;
  const char* packages;
};

const Printed kPrinted[] = {
    {"Apt", PackageManager::Apt,
     "NOTE: This is only a simulation!\nInst wget (1.21.3-1 Debian:12/oldstable [amd64])\n"
     "Inst libc6 [2.36-9] (2.36-9+deb12u4 Debian:12 [amd64]) []\nConf wget (1.21.3-1 Debian [amd64])\n",
     "libc6 2.36-9+deb12u4 amd64;wget 1.21.3-1 amd64;"},
    {"Apk", PackageManager::Apk,
     "fetch https://mirror.example/x86_64/APKINDEX.tar.gz\n(1/3) Installing libidn2 (2.3.4-r1)\n"
     "(2/3) Upgrading busybox (1.36.1-r4 -> 1.36.1-r5)\n(3/3) Purging old (1-r0)\nOK: 9 MiB\n",
     "busybox 1.36.1-r5 ;libidn2 2.3.4-r1 ;"},
    {"Nothing", PackageManager::Apt, "wget is already the newest version (1.21.3-1).\n", ""},
};

class Resolution : public ::testing::TestWithParam<Printed> {};

TEST_P(Resolution, IsReadFromWhatIsPrinted) {
  const auto packages = parse_resolution(GetParam().manager, GetParam().text);
  ASSERT_TRUE(testing::ok(packages));
  EXPECT_EQ(told(*packages), GetParam().packages);
}

INSTANTIATE_TEST_SUITE_P(Table, Resolution, ::testing::ValuesIn(kPrinted), [](auto& row) { return row.param.name; });

TEST(Resolution, IsNotTrusted) {
  EXPECT_TRUE(testing::fails_with(parse_resolution(PackageManager::Apt, "Inst -o (1 x [amd64])\n"), Errc::Corrupt,
                                  "which cannot be"));
  EXPECT_TRUE(testing::fails_with(parse_resolution(PackageManager::Apk, "(1/1) Installing ../x (1)\n"), Errc::Corrupt,
                                  "which cannot be"));
  EXPECT_TRUE(testing::fails_with(parse_resolution(PackageManager::Apk, "(1/1) Installing x ($(id))\n"), Errc::Corrupt,
                                  "which cannot be"));
}

struct Commands {
  const char* name;
  PackageManager manager;
  const char* resolve;
  const char* fetch;
  const char* file;
  const char* install;
  const char* in_dockerfile;
};

const Commands kCommands[] = {
    {"Apt", PackageManager::Apt, "apt-get -q=2 --yes --simulate --no-install-recommends install wget=1:2-3",
     "apt-get -q=2 download wget:amd64=1:2-3", "wget_1%3a2-3_amd64.deb", "APT::Sandbox::User=root",
     "apt-get install -y"},
    {"Apk", PackageManager::Apk, "apk add --simulate --no-cache --no-progress wget=1:2-3",
     "apk fetch --no-cache --no-progress wget=1:2-3", "wget-1:2-3.apk", "--no-network", "apk add --no-cache"},
};

class CommandsOf : public ::testing::TestWithParam<Commands> {};

TEST_P(CommandsOf, PinWhatWasResolved) {
  const Commands& row = GetParam();
  const std::vector<Package> packages = {{"wget", "1:2-3", "amd64"}};
  EXPECT_EQ(fmt::format("{}", fmt::join(resolve_command(row.manager, {{"wget", "1:2-3"}}), " ")), row.resolve);
  EXPECT_EQ(fmt::format("{}", fmt::join(fetch_command(row.manager, packages), " ")), row.fetch);
  EXPECT_EQ(file_name_of(row.manager, packages.front()), row.file);
  EXPECT_THAT(install_line(row.manager, "/in"), ::testing::HasSubstr(row.install));
  EXPECT_THAT(install_line(row.manager, "/in"), ::testing::HasSubstr("/in/*."));
  EXPECT_THAT(dockerfile_line(row.manager, packages), ::testing::HasSubstr(row.in_dockerfile));
  EXPECT_THAT(dockerfile_line(row.manager, packages), ::testing::HasSubstr("1:2-3"));
}

TEST(RpmPackages, AreInstalledFromTheirFilesAndPinned) {
  const std::vector<Package> packages = {{"wget", "1:2-3", "x86_64"}};
  for (const auto& [manager, name] : {std::pair{PackageManager::Dnf, "RUN dnf install -y"},
                                      {PackageManager::Dnf5, "RUN dnf5 install -y"},
                                      {PackageManager::Microdnf, "RUN microdnf install -y"}}) {
    EXPECT_EQ(file_name_of(manager, packages.front()), "wget-2-3.x86_64.rpm");
    EXPECT_THAT(install_line(manager, "/in"), ::testing::HasSubstr("rpm --upgrade"));
    EXPECT_THAT(install_line(manager, "/in"), ::testing::HasSubstr("/in/*.rpm"));
    EXPECT_THAT(dockerfile_line(manager, packages), ::testing::StartsWith(name));
    EXPECT_THAT(dockerfile_line(manager, packages), ::testing::HasSubstr("wget-1:2-3.x86_64"));
  }
}

TEST(RpmManagers, AreTheOnesThatLieThere) {
  EXPECT_EQ(rpm_manager_of(true, true, true), PackageManager::Dnf5);
  EXPECT_EQ(rpm_manager_of(false, true, true), PackageManager::Dnf);
  EXPECT_EQ(rpm_manager_of(false, false, true), PackageManager::Microdnf);
  EXPECT_EQ(rpm_manager_of(false, false, false), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, CommandsOf, ::testing::ValuesIn(kCommands), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
