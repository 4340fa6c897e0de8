#include "berth/image/package_sources.h"

#include <gtest/gtest.h>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

constexpr std::string_view kDeb822 =
    "# the distribution\n"
    "Types: deb deb-src\n"
    "URIs: http://mirror.example/debian\n"
    "Suites: bookworm bookworm-updates bookworm-backports\n"
    "Components: main contrib\n"
    " non-free\n"
    "Signed-By: /usr/share/keyrings/archive.gpg\n"
    "\n"
    "types: deb\nENABLED: no\nuris: http://off.example\nsuites: bookworm\ncomponents: main\n"
    "\n"
    "Types: deb-src\nURIs: http://code.example\nSuites: bookworm\nComponents: main\n"
    "\n"
    "Types: deb\nURIs: http://inline.example/\nSuites: bookworm-security/\nComponents: main\nSigned-By:\n"
    " -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n x\n -----END PGP PUBLIC KEY BLOCK-----\n";

constexpr std::string_view kOneLine =
    "deb http://a.example/debian bookworm main # comment\n"
    "  deb [ arch=amd64 signed-by=/k.gpg ] http://b.example stable app\n"
    "deb-src http://a.example/debian bookworm main\n"
    "#deb http://off.example bookworm main\n"
    "deb [signed-by=/k.gpg http://open.example bookworm main\n"
    "deb http://short.example\n"
    "deb http://a.example/debian/ bookworm main contrib\n";

const Distribution kBookworm = {.id = "debian", .codename = "bookworm"};

TEST(PackageSources, ReadsTheNewForm) {
  const auto sources = parse_deb822_sources(kDeb822);
  ASSERT_EQ(sources.size(), 4u);
  EXPECT_EQ(sources[1], (PackageSource{.uri = "http://mirror.example/debian",
                                       .suite = "bookworm-updates",
                                       .components = {"main", "contrib", "non-free"},
                                       .signed_by = "/usr/share/keyrings/archive.gpg"}));
  EXPECT_EQ(sources[3].signed_by, "") << "a key in the source itself is left to apt's keyrings";
}

TEST(PackageSources, ReadsTheOldForm) {
  const auto sources = parse_one_line_sources(kOneLine);
  ASSERT_EQ(sources.size(), 3u);
  EXPECT_EQ(sources[0], (PackageSource{.uri = "http://a.example/debian", .suite = "bookworm", .components = {"main"}}));
  EXPECT_EQ(
      sources[1],
      (PackageSource{.uri = "http://b.example", .suite = "stable", .components = {"app"}, .signed_by = "/k.gpg"}));
}

TEST(PackageSources, KeepsTheDistributionsOwn) {
  auto all = parse_deb822_sources(kDeb822);
  for (const auto& source : parse_one_line_sources(kOneLine)) all.push_back(source);
  EXPECT_EQ(print_sources(distribution_sources(all, kBookworm)),
            "deb [signed-by=/usr/share/keyrings/archive.gpg] http://mirror.example/debian bookworm main\n"
            "deb [signed-by=/usr/share/keyrings/archive.gpg] http://mirror.example/debian bookworm-updates main\n"
            "deb http://inline.example bookworm-security main\n"
            "deb http://a.example/debian bookworm main\n");
}

TEST(PackageSources, AreThoseOfAnotherReleaseUnderItsName) {
  const std::vector<PackageSource> sources = {{"http://a.example/debian", "bookworm", {"main"}, ""},
                                              {"http://a.example/debian", "bookworm-updates", {"main"}, ""},
                                              {"http://a.example/security", "bookworm-security", {"main"}, "/k.gpg"}};
  EXPECT_EQ(print_sources(sources_of_release(sources, "bookworm", "bullseye")),
            "deb http://a.example/debian bullseye main\n"
            "deb http://a.example/debian bullseye-updates main\n"
            "deb [signed-by=/k.gpg] http://a.example/security bullseye-security main\n");
}

TEST(PackageSources, AreReadFromOneFileOfEitherForm) {
  const testing::TempFolder folder;
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / "a.list", "deb http://a x main\n", 0600)));
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(
      folder.path() / "a.sources", "Types: deb\nURIs: http://b\nSuites: y\nComponents: main\n", 0600)));
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / "empty.list", "# none\n", 0600)));
  EXPECT_EQ(print_sources(*read_sources_file(folder.path() / "a.list")), "deb http://a x main\n");
  EXPECT_EQ(print_sources(*read_sources_file(folder.path() / "a.sources")), "deb http://b y main\n");
  EXPECT_TRUE(testing::fails_with(read_sources_file(folder.path() / "empty.list"), Errc::InvalidInput, "names none"));
  EXPECT_TRUE(
      testing::fails_with(read_sources_file(folder.path() / "no.list"), Errc::NotFound, "read package sources"));
}

TEST(PackageSources, AreReadFromTheMachinesFolder) {
  const testing::TempFolder folder;
  ASSERT_TRUE(testing::ok(sys::make_folders(folder.path() / "sources.list.d", 0755)));
  EXPECT_TRUE(testing::fails_with(read_distribution_sources(folder.path(), kBookworm), Errc::Unavailable,
                                  "none of 0 is for 'bookworm' main"));
  ASSERT_TRUE(
      testing::ok(sys::write_file_atomically(folder.path() / "sources.list.d/a.sources", std::string(kDeb822), 0644)));
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / "sources.list.d/x.list.off", "junk", 0644)));
  const auto sources = read_distribution_sources(folder.path(), kBookworm);
  ASSERT_TRUE(testing::ok(sources));
  EXPECT_EQ(sources->size(), 3u);
}

TEST(OsRelease, NamesTheDistribution) {
  const auto read = parse_os_release("PRETTY_NAME=\"x\"\nID=debian\nVERSION_CODENAME='bookworm'\nID_LIKE=y\n");
  EXPECT_EQ(read.id, "debian");
  EXPECT_EQ(read.codename, "bookworm");
  EXPECT_EQ(read.origin(), "Debian");
}

}  // namespace
}  // namespace berth::image
