#include "berth/image/rpm_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RpmSourcesOf, AreTheRepositoriesInUse) {
  const RpmSources sources = rpm_sources_of(
      {.configuration = "# of the image\n[main]\ngpgcheck = True\nexclude=a\n  b\nproxy=http://p.example\n",
       .repositories =
           {"[one-$basearch]\nname=One\nbaseurl=https://a.example/$releasever/${basearch}/\n"
            "  https://b.example/x, http://c.example/\ngpgkey=file:///etc/key-$releasever\n",
            "[off]\nbaseurl=https://off.example/\nenabled=0\n[open]\nmetalink=https://m.example/?a=$unknown\n"
            "gpgcheck=no\n; the end\n[nothing]\nname=Without an address\n"},
       .variables = {{"releasever", "9"}, {"basearch", "x86_64"}}});
  EXPECT_THAT(sources.repositories,
              ElementsAre(RpmRepository{"one-x86_64",
                                        {"https://a.example/9/x86_64/", "https://b.example/x", "http://c.example/"},
                                        true,
                                        {"file:///etc/key-9"}},
                          RpmRepository{"open", {"https://m.example/?a=$unknown"}, false, {}}));
  const std::string ours = print_rpm_configuration(sources.main, {{"cachedir", "/work"}, {"gpgcheck", "1"}});
  EXPECT_EQ(ours, "[main]\nexclude=a b\ncachedir=/work\ngpgcheck=1\n");
}

struct Checks {
  const char* name;
  const char* main;
  const char* repository;
  bool by_default;
  bool checks;
};
const Checks kChecks[] = {
    {"NothingSaid", "", "", false, false},          {"NothingSaidToDnf5", "", "", true, true},
    {"Main", "gpgcheck=1", "", false, true},        {"Repository", "gpgcheck=1", "gpgcheck=off", false, false},
    {"NewName", "", "pkg_gpgcheck=1", false, true}, {"NoWordOfTruth", "gpgcheck=1", "gpgcheck=maybe", false, true},
};
class RpmChecks : public ::testing::TestWithParam<Checks> {};
TEST_P(RpmChecks, AreThoseOfTheRepositoryElseOfAll) {
  const Checks& row = GetParam();
  const RpmSources sources = rpm_sources_of({.configuration = std::string("[main]\n") + row.main + "\n",
                                             .repositories = {std::string("[x]\nbaseurl=file:///x\n") + row.repository},
                                             .variables = {},
                                             .checks_by_default = row.by_default});
  ASSERT_EQ(sources.repositories.size(), 1u);
  EXPECT_EQ(sources.repositories[0].checks_signatures, row.checks);
}
INSTANTIATE_TEST_SUITE_P(Table, RpmChecks, ::testing::ValuesIn(kChecks), [](auto& row) { return row.param.name; });

TEST(RpmServer, IsKnownBeforeDnfRuns) {
  const RpmRepository one{.id = "one"};
  EXPECT_EQ(*server_of(one, "https://a.example:8443/$releasever/x"), "https://a.example:8443/");
  EXPECT_EQ(*server_of(one, "http://a.example"), "http://a.example/");
  EXPECT_EQ(*server_of(one, "file:///media/$releasever"), "");
  EXPECT_TRUE(testing::fails_with(server_of(one, "https://$mirror/x"), Errc::InvalidInput, "repository 'one'"));
}

TEST(RpmSourcesOf, OfAnythingAreNoHarm) {
  EXPECT_THAT(rpm_sources_of({.configuration = "=\n[\n  \n]\n[]\nx\n", .repositories = {"a=b\n", ""}}).repositories,
              IsEmpty());
}

}  // namespace
}  // namespace berth::image
