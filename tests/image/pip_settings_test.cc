#include "berth/image/pip_settings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

TEST(PipConf, IsReadBySections) {
  const auto options = parse_pip_conf(
      "; comment\n[install]\nno-index = yes\n[global]\nIndex_URL: https://a.example/simple\n"
      "extra-index-url =\n    https://b.example\n    https://c.example\n# comment\n[list]\nformat = json\n");
  ASSERT_TRUE(testing::ok(options));
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"index-url", "https://a.example/simple"},
      {"extra-index-url", " https://b.example https://c.example"},
      {"no-index", "yes"}};
  EXPECT_EQ(*options, expected);
}

struct Bad {
  const char* name;
  const char* text;
  const char* why;
};
const Bad kBad[] = {
    {"NoEquals", "[global]\nindex-url\n", "line 2: it has no '='"},
    {"OpenSection", "[global\n", "line 1: nothing closes its '['"},
    {"Continues", "[global]\n  https://b.example\n", "line 2: it continues no option"},
};
class BadConf : public ::testing::TestWithParam<Bad> {};
TEST_P(BadConf, IsRefusedWithItsLine) {
  EXPECT_TRUE(testing::fails_with(parse_pip_conf(GetParam().text), Errc::InvalidInput, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, BadConf, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

class PipFiles : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_.path() / name;
    std::ofstream(path) << text;
    return path;
  }
  testing::TempFolder folder_;
};

TEST_F(PipFiles, CountMoreTheLaterTheyStand) {
  const PipPlaces places = {{file("one", "[global]\nindex-url = https://one.example\ncert = /one.pem\n"),
                             folder_.path() / "missing", file("two", "[global]\nindex-url = https://two.example\n")},
                            {"PIP_EXTRA_INDEX_URL=https://x.example https://y.example", "PIP_TRUSTED_HOST=t.example"}};
  const auto settings = read_pip_settings(places);
  ASSERT_TRUE(testing::ok(settings));
  EXPECT_EQ(settings->indexes,
            (std::vector<std::string>{"https://two.example", "https://x.example", "https://y.example"}));
  EXPECT_EQ(settings->certificates, "/one.pem");
  EXPECT_EQ(settings->trusted_hosts, std::vector<std::string>{"t.example"});
}

TEST_F(PipFiles, WithNothingMeanThePublicIndex) {
  const auto settings = read_pip_settings({});
  ASSERT_TRUE(testing::ok(settings));
  EXPECT_EQ(settings->indexes, std::vector<std::string>{"https://pypi.org/simple"});
}

TEST_F(PipFiles, TellAddressesFromFolders) {
  const auto settings =
      read_pip_settings({{}, {"PIP_FIND_LINKS=/opt/wheels https://l.example file:///srv/w", "PIP_NO_INDEX=1"}});
  ASSERT_TRUE(testing::ok(settings));
  EXPECT_TRUE(settings->indexes.empty());
  EXPECT_EQ(settings->find_links, std::vector<std::string>{"https://l.example"});
  EXPECT_EQ(settings->local_folders, (std::vector<std::string>{"/opt/wheels", "/srv/w"}));
}

TEST_F(PipFiles, ThatAreBrokenAreNamed) {
  EXPECT_TRUE(testing::fails_with(read_pip_settings({{file("bad", "[global]\nx\n")}, {}}), Errc::InvalidInput, "bad'"));
}

}  // namespace
}  // namespace berth::image
