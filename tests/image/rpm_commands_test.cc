#include "berth/image/rpm_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

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

struct Printed {
  const char* name;
  PackageManager manager;
  const char* text;
  const char* packages;
};

const Printed kPrinted[] = {
    {"Dnf", PackageManager::Dnf,
     "repository\tbase\t1\tfile:///etc/key\n"
     "package\twget\t1:2-3\tx86_64\tbase\taa\npackage\tlibpsl\t0.21-5.el9\tx86_64\tbase\t\n",
     "libpsl 0.21-5.el9 x86_64 of base ;wget 1:2-3 x86_64 of base aa;"},
    {"DnfWithNothing", PackageManager::Dnf, "repository\tbase\t0\n", ""},
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
  const auto resolution =
      parse_rpm_resolution(PackageManager::Dnf, "repository\tbase\t1\tfile:///k\thttp://k.example/\n");
  ASSERT_TRUE(testing::ok(resolution));
  EXPECT_THAT(resolution->repositories,
              ElementsAre(RpmRepository{"base", {}, true, {"file:///k", "http://k.example/"}}));
}

const Printed kBad[] = {
    {"Name", PackageManager::Dnf, "package\t-o\t1-1\tnoarch\tbase\t\n", "which cannot be"},
    {"Version", PackageManager::Dnf, "package\tx\t$(id)\tnoarch\tbase\t\n", "which cannot be"},
    {"Path", PackageManager::Dnf, "package\tx\t1-1\t../../x\tbase\t\n", "which cannot be"},
    {"Cut", PackageManager::Dnf, "package\tx\n", "without version"},
    {"Row", PackageManager::Microdnf, "Installing:\n wget ubi\nTransaction Summary:\n Installing: 1 packages\n",
     "is no package"},
    {"Count", PackageManager::Microdnf,
     "Installing:\n a-1-1.noarch ubi\nTransaction Summary:\n Installing: 2 packages\n", "says that there are 2"},
    {"NoSummary", PackageManager::Dnf5, "Installing:\n a noarch 1-1 fedora 1 KiB\n", "says that there are 0"},
};
class BadRpmResolution : public ::testing::TestWithParam<Printed> {};
TEST_P(BadRpmResolution, IsRefused) {
  EXPECT_TRUE(testing::fails_with(parse_rpm_resolution(GetParam().manager, GetParam().text), Errc::Corrupt,
                                  GetParam().packages));
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

TEST(RpmCommands, PinWhatWasResolved) {
  const std::vector<PackageWish> wishes = {{"wget", "1:2-3"}, {"curl", ""}};
  EXPECT_EQ(line_of(rpm_resolve_command(PackageManager::Dnf5, wishes, kSources, kPlaces)),
            "dnf5 --config=/run/dnf.conf --setopt=base.skip_if_unavailable=0 install --assumeno wget-1:2-3 curl");
  EXPECT_EQ(line_of(rpm_fetch_command(PackageManager::Dnf5, {kPackage}, kSources, kPlaces)),
            "dnf5 --config=/run/dnf.conf --setopt=base.skip_if_unavailable=0 download wget-1:2-3.x86_64");
  EXPECT_EQ(
      line_of(rpm_resolve_command(PackageManager::Microdnf, wishes, kSources, kPlaces)),
      "microdnf --config=/run/dnf.conf --noplugins --setopt=cachedir=/work/rpm/cache --setopt=install_weak_deps=0 "
      "--setopt=base.skip_if_unavailable=0 install --assumeno wget-1:2-3 curl");
  EXPECT_THAT(line_of(rpm_resolve_command(PackageManager::Dnf, wishes, kSources, kPlaces)),
              EndsWith(" resolve /run/dnf.conf wget=1:2-3 curl"));
  EXPECT_THAT(line_of(rpm_fetch_command(PackageManager::Dnf, {kPackage}, kSources, kPlaces)),
              EndsWith(" fetch /run/dnf.conf wget\t1:2-3\tx86_64\tbase\taa"));
}

TEST(RpmSignatures, AreCheckedWhereTheRepositoryWantsIt) {
  const std::vector<RpmRepository> open = {{"base", {}, false, {}}};
  const std::vector<RpmRepository> mixed = {{"base", {}, false, {}}, {"other", {}, true, {}}};
  const RpmPackage cut = {kPackage.package, "bas...", ""};
  EXPECT_THAT(to_be_checked(PackageManager::Dnf, {kPackage}, kSources.repositories), ElementsAre(kPackage));
  EXPECT_THAT(to_be_checked(PackageManager::Dnf, {kPackage}, open), IsEmpty());
  EXPECT_THAT(to_be_checked(PackageManager::Dnf5, {kPackage, cut}, mixed), ElementsAre(cut));
  EXPECT_THAT(to_be_checked(PackageManager::Microdnf, {kPackage}, kSources.repositories), IsEmpty());
  EXPECT_THAT(line_of(signature_command(kSources.repositories, {"a.rpm"}, kPlaces)),
              EndsWith(" rpmkeys /work/rpm/keys 1 /etc/key a.rpm"));
}

}  // namespace
}  // namespace berth::image
