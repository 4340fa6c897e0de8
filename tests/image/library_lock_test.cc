#include "berth/image/library_lock.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kHash(64, 'a');

// An entry of the report's `install`, with `archive` as its archive_info.
std::string entry(const std::string& name, const std::string& archive,
                  const std::string& url = "https://x/a-1-py3-none-any.whl") {
  return R"({"download_info": {"url": ")" + url + R"(", "archive_info": )" + archive +
         R"(}, "is_direct": false, "requested": true, "metadata": {"name": ")" + name +
         R"(", "version": "1.0", "license": "BSD-3-Clause\nand more"}})";
}

std::string hashed() { return R"({"hash": "sha256=)" + kHash + R"(", "hashes": {"sha256": ")" + kHash + R"("}})"; }

std::string report(const std::string& entries, const std::string& version = "1") {
  return R"({"version": ")" + version + R"(", "pip_version": "23.0.1", "install": [)" + entries + "]}";
}

TEST(PipReport, IsReadIntoALock) {
  const auto libraries = parse_pip_report(
      report(entry("Zope.Interface", hashed()) + "," +
             entry("mechanize", R"({"hash": "sha256=)" + kHash + R"("})", "https://x/mechanize-1.0.tar.gz#sha256=1")));
  ASSERT_TRUE(testing::ok(libraries));
  ASSERT_EQ(libraries->size(), 2u);
  EXPECT_EQ(libraries->at(0).name, "mechanize");
  EXPECT_FALSE(libraries->at(0).is_wheel);
  EXPECT_EQ(libraries->at(1).name, "zope-interface");
  EXPECT_TRUE(libraries->at(1).is_wheel);
  EXPECT_TRUE(libraries->at(1).requested);
  EXPECT_EQ(libraries->at(1).licence, "BSD-3-Clause");
  EXPECT_EQ(print_lock(*libraries),
            "mechanize==1.0 --hash=sha256:" + kHash + "\nzope-interface==1.0 --hash=sha256:" + kHash + "\n");
}

TEST(PipReport, OfNothingIsAnEmptyLock) {
  const auto libraries = parse_pip_report(report(""));
  ASSERT_TRUE(testing::ok(libraries));
  EXPECT_EQ(print_lock(*libraries), "");
}

struct Bad {
  const char* name;
  std::string text;
  Errc code;
  const char* why;
};

const Bad kBad[] = {
    {"NoJson", "pip: error", Errc::InvalidInput, "read pip's report"},
    {"OtherVersion", report("", "2"), Errc::Corrupt, "it is of version '2'"},
    {"NoList", R"({"version": "1"})", Errc::Corrupt, "no list 'install'"},
    {"Empty", report("{}"), Errc::Corrupt, "no 'metadata'"},
    {"HostileName", report(entry("--index-url", hashed())), Errc::Corrupt, "is no name of a library"},
    {"NewlineName", report(entry("a\\nb", hashed())), Errc::Corrupt, "is no name of a library"},
    {"NoHash", report(entry("a", "{}")), Errc::InvalidInput, "gives no SHA-256"},
    {"OtherHash", report(entry("a", R"({"hash": "md5=00"})")), Errc::InvalidInput, "gives no SHA-256"},
    {"ShortHash", report(entry("a", R"({"hash": "sha256=00"})")), Errc::InvalidInput, "gives no SHA-256"},
    {"Twice", report(entry("a", hashed()) + "," + entry("A", hashed())), Errc::Corrupt, "stands twice"},
    {"Folder",
     report(R"({"download_info": {"url": "file:///x", "dir_info": {}}, "metadata": {"name": "a", "version": "1"}})"),
     Errc::InvalidInput, "a folder or a repository"},
    {"BadVersion",
     report(R"({"download_info": {"archive_info": {}}, "metadata": {"name": "a", "version": "1 --pre"}})"),
     Errc::Corrupt, "is no version of"},
};

class BadReport : public ::testing::TestWithParam<Bad> {};

TEST_P(BadReport, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_pip_report(GetParam().text), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadReport, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

TEST(PipReport, TellsTheExtrasThatALibraryHas) {
  const auto libraries = parse_pip_report(report(
      R"({"download_info": {"url": "https://x/a-1-py3-none-any.whl", "archive_info": )" + hashed() +
      R"(}, "requested": true, "metadata": {"name": "a", "version": "1", "provides_extra": ["Old_Socks", "docs"]}})"));
  ASSERT_TRUE(testing::ok(libraries));
  const LockedLibrary& library = libraries->at(0);
  EXPECT_TRUE(testing::ok(check_extras(*parse_requirement("a[old-socks,docs]>=1"), library)));
  EXPECT_TRUE(testing::fails_with(check_extras(*parse_requirement("a[sokcs]"), library), Errc::InvalidInput,
                                  "version 1 has no extra 'sokcs'; it has old-socks, docs"));
  EXPECT_TRUE(testing::fails_with(check_extras(*parse_requirement("b[x]"), LockedLibrary()), Errc::InvalidInput,
                                  "it has none"));
}

TEST(WheelName, BelongsToItsLibrary) {
  LockedLibrary library;
  library.name = "ruamel-yaml";
  library.version = "0.17.1";
  EXPECT_TRUE(is_wheel_of("ruamel.yaml-0.17.1-py3-none-any.whl", library));
  EXPECT_TRUE(is_wheel_of("ruamel_yaml-0.17.1-cp311-cp311-manylinux_2_17_x86_64.whl", library));
  EXPECT_FALSE(is_wheel_of("ruamel.yaml-0.17.10-py3-none-any.whl", library));
  EXPECT_FALSE(is_wheel_of("ruamel.yaml.clib-0.17.1-py3-none-any.whl", library));
  EXPECT_FALSE(is_wheel_of("ruamel.yaml-0.17.1.tar.gz", library));
  EXPECT_FALSE(is_wheel_of("../ruamel.yaml-0.17.1-py3-none-any.whl", library));
  library.version = "0.17.1+local.2";
  EXPECT_TRUE(is_wheel_of("ruamel_yaml-0.17.1+local.2-py3-none-any.whl", library));
  EXPECT_FALSE(is_wheel_name("-x-1-py3-none-any.whl"));
  EXPECT_FALSE(is_wheel_name("a b-1-py3-none-any.whl"));
}

}  // namespace
}  // namespace berth::image
