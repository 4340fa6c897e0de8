#include "berth/image/rpm_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "berth/image/rpm_scripts.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

const RpmPlaces kPlaces = {"/run/dnf.conf", "/work/rpm"};
const RpmPackage kPackage = {{"wget", "1:2-3", "x86_64"}, "base", "aa"};
const RpmSources kSources = {{{"base", {}, true, {"file:///etc/key"}}}, {}};

std::string told(const RpmResolution& resolution) {
  std::string text;
  for (const auto& [package, repository, hash] : resolution.packages) {
    text += fmt::format("{} {} {} of {} {};", package.name, package.version, package.architecture, repository, hash);
  }
  return text;
}

constexpr const char* kRepositories = R"("repositories": [{"id": "base", "checks": true, "keys": ["file:///k"]}])";

// What dnf tells of one package, as JSON has its texts.
std::string of_dnf(std::string_view name, std::string_view version = "1-1", std::string_view architecture = "noarch") {
  return fmt::format(
      R"({{{}, "packages": [{{"name": "{}", "version": "{}", "architecture": "{}", "repository": "base", "sha256": "aa"}}]}})",
      kRepositories, name, version, architecture);
}

struct Printed {
  const char* name;
  PackageManager manager;
  std::string text;
  const char* packages;
};

const Printed kPrinted[] = {
    {"Dnf", PackageManager::Dnf,
     R"({"repositories": [], "packages": [
     {"name": "wget", "version": "1:2-3", "architecture": "x86_64", "repository": "base", "sha256": "aa"},
     {"name": "libpsl", "version": "0.21-5.el9", "architecture": "x86_64", "repository": "base", "sha256": ""}]})",
     "libpsl 0.21-5.el9 x86_64 of base ;wget 1:2-3 x86_64 of base aa;"},
    {"DnfWithNothing", PackageManager::Dnf, R"({"repositories": [], "packages": []})", ""},
    {"Microdnf", PackageManager::Microdnf,
     "Downloading metadata...\nPackage                Repository      Size\nInstalling:\n"
     " wget-1.21.1-7.el9.x86_64    ubi-9-appstream-rpms  787.0 kB\n libpsl-2:0.21.1-5.el9.x86_64 ubi 66 "
     "kB\nUpgrading:\n"
     " libx-2-1.x86_64 ubi 6 kB\n   replacing libx-1-1.x86_64\nRemoving:\n old-1-1.noarch\nTransaction Summary:\n"
     " Installing:        2 packages\n Reinstalling:      0 packages\n Upgrading:         1 packages\n"
     " Removing:          1 packages\nOperation aborted.\n",
     "libpsl 2:0.21.1-5.el9 x86_64 of ubi ;libx 2-1 x86_64 of ubi ;wget 1.21.1-7.el9 x86_64 of ubi-9-appstream-rpms ;"},
    {"MicrodnfAsItWasSeen", PackageManager::Microdnf,
     "Package                        Repository   Size\nInstalling:                                     \n"
     " Harbour-tool-1.2~rc1-3.noarch tests      6.4 kB\n harbour-lib-2:2.0-1.noarch    tests      6.4 kB\n"
     "Transaction Summary:\n Installing:        2 packages\n Reinstalling:      0 packages\n"
     " Upgrading:         0 packages\n Removing:          0 packages\n Downgrading:       0 packages\n"
     "Operation aborted.\n",
     "Harbour-tool 1.2~rc1-3 noarch of tests ;harbour-lib 2:2.0-1 noarch of tests ;"},
    {"MicrodnfWithNothing", PackageManager::Microdnf, "Nothing to do.\n", ""},
    {"Dnf5", PackageManager::Dnf5,
     "Package        Arch   Version       Repository      Size\nInstalling:\n wget           x86_64 2.2.0-3.fc41  "
     "fedora      "
     "1.2 MiB\nInstalling dependencies:\n libpsl         x86_64 1:0.21.5-4    updates     80 KiB\nUpgrading:\n"
     " libx           x86_64 2-1 updates 1 KiB\n   replacing libx x86_64 1-1 <unknown> 1 KiB\n\nTransaction Summary:\n"
     " Installing:         2 packages\n Upgrading:          1 package\n Replacing:          1 package\n\n",
     "libpsl 1:0.21.5-4 x86_64 of updates ;libx 2-1 x86_64 of updates ;wget 2.2.0-3.fc41 x86_64 of fedora ;"},
};

class RpmResolutionOf : public ::testing::TestWithParam<Printed> {};
TEST_P(RpmResolutionOf, IsReadFromWhatIsPrinted) {
  const auto resolution = parse_rpm_resolution(GetParam().manager, GetParam().text);
  ASSERT_TRUE(testing::ok(resolution));
  EXPECT_EQ(told(*resolution), GetParam().packages);
}
INSTANTIATE_TEST_SUITE_P(Table, RpmResolutionOf, ::testing::ValuesIn(kPrinted),
                         [](auto& row) { return row.param.name; });

TEST(RpmResolution, TellsWhatDnfKnowsOfRepositories) {
  const auto resolution = parse_rpm_resolution(PackageManager::Dnf,
                                               R"({"packages": [], "repositories": [{"id": "base", "checks": true,
                               "keys": ["file:///k", "http://k.example/"]}]})");
  ASSERT_TRUE(testing::ok(resolution));
  EXPECT_THAT(resolution->repositories,
              ElementsAre(RpmRepository{"base", {}, true, {"file:///k", "http://k.example/"}}));
}

const Printed kBad[] = {
    {"Name", PackageManager::Dnf, of_dnf("-o"), "which cannot be"},
    {"Version", PackageManager::Dnf, of_dnf("x", "$(id)"), "which cannot be"},
    {"Path", PackageManager::Dnf, of_dnf("x", "1-1", "../../x"), "which cannot be"},
    {"NoVersion", PackageManager::Dnf, of_dnf("x", ""), "which cannot be"},
    {"KeyInAName", PackageManager::Dnf,
     of_dnf(R"(aaa\t1-1\tnoarch\tbase\taa\nrepository\tzz\t1\thttp://mirror/key\nzz)"), R"('aaa\x091-1\x09noarch)"},
    {"Lines", PackageManager::Dnf, of_dnf("x") + "\nrepository\tzz\t1\thttp://mirror/key\n", "read dnf's answer"},
    {"Empty", PackageManager::Dnf, "{}", "no repositories or no packages"},
    {"NoKeys", PackageManager::Dnf, R"({"packages": [], "repositories": [{"id": "base", "checks": true}]})",
     "without id, checks or keys"},
    {"RepositoryTwice", PackageManager::Dnf,
     R"({"packages": [], "repositories": [{"id": "a", "checks": true, "keys": []},
     {"id": "a", "checks": false, "keys": []}]})",
     "'a' stands twice"},
    {"PackageTwice", PackageManager::Dnf5,
     "Installing:\n a noarch 1-1 fedora 1 KiB\n a noarch 1-1 open 1 KiB\n"
     "Transaction Summary:\n Installing: 2 packages\n",
     "'a-1-1.noarch' twice"},
    {"BlanksInAName", PackageManager::Dnf5,
     "Installing:\n wget x86_64 1-1 open noarch 9-9 base 1 KiB\nTransaction Summary:\n Installing: 1 package\n",
     "is none that is known"},
    {"Row", PackageManager::Microdnf, "Installing:\n wget ubi\nTransaction Summary:\n Installing: 1 packages\n",
     "is no package"},
    {"Count", PackageManager::Microdnf,
     "Installing:\n a-1-1.noarch ubi\nTransaction Summary:\n Installing: 2 packages\n", "says that there are 2"},
    {"NoSummary", PackageManager::Dnf5, "Installing:\n a noarch 1-1 fedora 1 KiB\n", "says that there are 0"},
};
class BadRpmResolution : public ::testing::TestWithParam<Printed> {};
TEST_P(BadRpmResolution, IsRefused) {
  const bool is_no_json = GetParam().name == std::string_view("Lines");
  EXPECT_TRUE(testing::fails_with(parse_rpm_resolution(GetParam().manager, GetParam().text),
                                  is_no_json ? Errc::InvalidInput : Errc::Corrupt, GetParam().packages));
}
INSTANTIATE_TEST_SUITE_P(Table, BadRpmResolution, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

TEST(RpmResolution, IsThereWhereNoIsAnsweredForUs) {
  constexpr std::string_view kNo = "Operation aborted by the user.\n";
  EXPECT_TRUE(has_resolved(PackageManager::Dnf5, 1, "", kNo));
  EXPECT_TRUE(has_resolved(PackageManager::Dnf5, 0, "Nothing to do.\n", ""));
  EXPECT_FALSE(has_resolved(PackageManager::Dnf5, 1, "", "No match for argument: x\n"));
  EXPECT_FALSE(has_resolved(PackageManager::Microdnf, 1, "", kNo));
  EXPECT_FALSE(has_resolved(PackageManager::Dnf, 1, "", kNo));
}

TEST(RpmWords, AreThoseForPeople) {
  EXPECT_EQ(
      without_log("\n(process:3): libdnf-CRITICAL **: 16:40: History database cannot be created\nerror: No package\n"),
      "error: No package\n");
}

std::string line_of(const std::vector<std::string>& command) { return fmt::format("{}", fmt::join(command, " ")); }

std::vector<std::string> lines_of(const std::vector<std::vector<std::string>>& commands) {
  std::vector<std::string> lines;
  for (const std::vector<std::string>& one : commands) lines.push_back(line_of(one));
  return lines;
}

TEST(RpmCommands, PinWhatWasResolved) {
  const std::vector<PackageWish> wishes = {{"wget", "1:2-3"}, {"curl", ""}};
  EXPECT_EQ(line_of(rpm_resolve_command(PackageManager::Dnf5, wishes, kSources, kPlaces)),
            "dnf5 --config=/run/dnf.conf --setopt=base.skip_if_unavailable=0 install --assumeno wget-1:2-3 curl");
  const RpmPackage other = {{"a", "1-1", "noarch"}, "other", ""};
  EXPECT_THAT(lines_of(rpm_fetch_commands(PackageManager::Dnf5, {kPackage, other}, kSources, kPlaces)),
              ElementsAre("dnf5 --config=/run/dnf.conf --setopt=base.skip_if_unavailable=0 --repo=base download "
                          "wget-1:2-3.x86_64",
                          "dnf5 --config=/run/dnf.conf --setopt=base.skip_if_unavailable=0 --repo=other download "
                          "a-1-1.noarch"));
  EXPECT_THAT(lines_of(rpm_fetch_commands(PackageManager::Microdnf, {kPackage, other}, kSources, kPlaces)),
              ElementsAre(EndsWith(" download wget-1:2-3.x86_64 a-1-1.noarch")));
  EXPECT_EQ(
      line_of(rpm_resolve_command(PackageManager::Microdnf, wishes, kSources, kPlaces)),
      "microdnf --config=/run/dnf.conf --noplugins --setopt=cachedir=/work/rpm/cache --setopt=install_weak_deps=0 "
      "--setopt=base.skip_if_unavailable=0 install --assumeno wget-1:2-3 curl");
  EXPECT_THAT(line_of(rpm_resolve_command(PackageManager::Dnf, wishes, kSources, kPlaces)),
              EndsWith(" resolve /run/dnf.conf wget=1:2-3 curl"));
  EXPECT_THAT(lines_of(rpm_fetch_commands(PackageManager::Dnf, {kPackage}, kSources, kPlaces)),
              ElementsAre(EndsWith(" fetch /run/dnf.conf wget\t1:2-3\tx86_64\tbase\taa")));
}

const std::vector<RpmRepository> kThree = {{"base", {}, true, {"file:///etc/key"}},
                                           {"other-long", {}, true, {"http://k.example/", "file:///etc/two"}},
                                           {"open", {}, false, {"file:///etc/open"}}};

TEST(RpmRepositories, AreSettledForEachPackage) {
  const auto settled = [](PackageManager manager, const char* repository) {
    RpmResolution resolution{{{kPackage.package, repository, ""}}, {}};
    const Result<void> done = settle_repositories(manager, resolution, kThree);
    return done ? resolution.packages[0].repository : "none";
  };
  EXPECT_EQ(settled(PackageManager::Dnf, "open"), "open");
  EXPECT_EQ(settled(PackageManager::Dnf, "zz"), "none");
  EXPECT_EQ(settled(PackageManager::Dnf, "other"), "none");
  EXPECT_EQ(settled(PackageManager::Dnf5, "other..."), "other-long");
  EXPECT_EQ(settled(PackageManager::Dnf5, "o"), "none");
  EXPECT_EQ(settled(PackageManager::Dnf5, "..."), "none");
  EXPECT_EQ(settled(PackageManager::Microdnf, "zz"), "zz");
}

TEST(RpmSignatures, AreCheckedWithTheKeysOfThePackagesOwnRepository) {
  const std::vector<RpmPackage> packages = {
      kPackage, {{"a", "1-1", "noarch"}, "other-long", ""}, {{"b", "1-1", "noarch"}, "open", ""}};
  EXPECT_THAT(lines_of(signature_commands(PackageManager::Dnf, packages, kThree, kPlaces)),
              ElementsAre(EndsWith(" rpmkeys /work/rpm/keys-1 1 /etc/key wget-2-3.x86_64.rpm"),
                          EndsWith(" rpmkeys /work/rpm/keys-2 2 /etc/two http://k.example/ a-1-1.noarch.rpm")));
  EXPECT_THAT(signature_commands(PackageManager::Dnf5, {packages[2]}, kThree, kPlaces), IsEmpty());
  EXPECT_THAT(signature_commands(PackageManager::Microdnf, packages, kThree, kPlaces), IsEmpty());
}

// What the check says with a program in rpmkeys' place that ends so and prints `report`.
int checked(const std::string& report, int status) {
  const testing::TempFolder folder;
  std::ofstream(folder.path() / "rpm") << "#!/bin/sh\nexit 1\n";
  std::ofstream(folder.path() / "rpmkeys") << "#!/bin/sh\nprintf '" << report << "'\nexit " << status << "\n";
  for (const char* name : {"rpm", "rpmkeys"}) {
    std::filesystem::permissions(folder.path() / name, std::filesystem::perms::owner_all);
  }
  std::ofstream(folder.path() / "script") << signature_script();
  return std::system(
      fmt::format("PATH={0}:$PATH sh {0}/script {0}/keys 0 a.rpm b.rpm 2> {0}/err", folder.path().native()).c_str());
}

TEST(RpmSignatures, AreThereOnlyWhereItIsSaidOfEachFile) {
  EXPECT_EQ(checked("a.rpm: digests signatures OK\\nb.rpm: digests signatures OK\\n", 0), 0);
  EXPECT_NE(checked("a.rpm: digests signatures OK\\nb.rpm: digests signatures OK\\n", 1), 0);
  EXPECT_NE(checked("a.rpm: digests signatures OK\\nb.rpm: sha1 md5 OK\\n", 0), 0);  // an rpm that requires none
  EXPECT_NE(checked("a.rpm: digests signatures OK\\nb.rpm: digests signatures NOT OK\\n", 0), 0);
  EXPECT_NE(checked("a.rpm: digests signatures OK\\n", 0), 0);
  EXPECT_NE(checked("", 0), 0);
}

}  // namespace
}  // namespace berth::image
