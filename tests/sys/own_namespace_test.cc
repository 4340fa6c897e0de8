#include "berth/sys/own_namespace.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

const User kAda = {1001, 1002, "ada"};

TEST(OwnMaps, BeginWithTheUser) {
  const auto maps = own_maps(kAda, "bob:100000:65536\nada:165536:65536\n", "ada:300000:70000\n");
  ASSERT_TRUE(testing::ok(maps));
  EXPECT_EQ(maps->users, (IdMap{{0, 1001, 1}, {1, 165536, 65536}}));
  EXPECT_EQ(maps->groups, (IdMap{{0, 1002, 1}, {1, 300000, 70000}}));
}

TEST(OwnMaps, TakeRangesByNameAndNumberTheLowestFirst) {
  const auto maps = own_maps(kAda, "ada:500000:30000\n1001:200000:40000\n10010:1:99999\n", "1001:200000:65536\n");
  ASSERT_TRUE(testing::ok(maps));
  EXPECT_EQ(maps->users, (IdMap{{0, 1001, 1}, {1, 200000, 40000}, {40001, 500000, 30000}}));
}

TEST(OwnMaps, CountAUserWithoutANameOnce) {
  const auto maps = own_maps({1001, 1001, "1001"}, "1001:200000:65536\n", "1001:200000:65536\n");
  ASSERT_TRUE(testing::ok(maps));
  EXPECT_EQ(maps->users.size(), 2u);
}

struct RefusedRow {
  const char* name;
  const char* subuid;
  const char* subgid;
  const char* why;
};

const RefusedRow kRefused[] = {
    {"NoUserIds", "bob:100000:65536\n", "ada:100000:65536\n", "/etc/subuid grants none, and 65536 are needed"},
    {"NoGroupIds", "ada:100000:65536\n", "", "/etc/subgid grants none, and 65536 are needed"},
    {"TooFew", "ada:100000:65535\n", "ada:100000:65536\n", "/etc/subuid grants only 65535"},
    {"TooFewInTwo", "ada:100000:1000\nada:200000:1000\n", "ada:100000:65536\n", "/etc/subuid grants only 2000"},
    {"RemedyNamesTheUser", "", "", "usermod --add-subuids 200000-265535 --add-subgids 200000-265535 ada"},
};

class Refused : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(Refused, WithTheRemedy) {
  const RefusedRow& row = GetParam();
  EXPECT_TRUE(testing::fails_with(own_maps(kAda, row.subuid, row.subgid), Errc::Unavailable, row.why));
}

INSTANTIATE_TEST_SUITE_P(Table, Refused, ::testing::ValuesIn(kRefused), [](const auto& row) { return row.param.name; });

TEST(WhyNoNamespace, NamesTheRuleThatForbidsIt) {
  EXPECT_NE(why_no_namespace({"0", "1", "1"}).find("user.max_user_namespaces=15000"), std::string::npos);
  EXPECT_NE(why_no_namespace({"9", "0", "1"}).find("kernel.unprivileged_userns_clone=1"), std::string::npos);
  EXPECT_NE(why_no_namespace({"9", "1", "1"}).find("/etc/apparmor.d/berth"), std::string::npos);
  EXPECT_NE(why_no_namespace({"9", "", ""}).find("unshare --user true"), std::string::npos);
}

}  // namespace
}  // namespace berth::sys
