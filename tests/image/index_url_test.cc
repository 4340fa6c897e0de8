#include "berth/image/index_url.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

struct Good {
  const char* name;
  const char* url;
  const char* endpoint;
  const char* shown;
  std::vector<std::string> secrets;
};

const Good kGood[] = {
    {"Plain", "https://pypi.org/simple", "pypi.org:443", "https://pypi.org/simple", {}},
    {"Port", "http://Index.Example.:8080/x", "index.example:8080", "http://Index.Example.:8080/x", {}},
    {"Password", "https://me:p%40ss@h.example/x", "h.example:443", "https://***@h.example/x", {"p%40ss", "p@ss"}},
    {"Token", "https://tok@h.example", "h.example:443", "https://***@h.example", {"tok"}},
    {"AtInPassword", "https://me:a@b@h.example/", "h.example:443", "https://***@h.example/", {"a@b"}},
    {"AtInPath", "https://h.example/a@b", "h.example:443", "https://h.example/a@b", {}},
    {"V6", "http://[FD00::1]:81/", "[fd00::1]:81", "http://[FD00::1]:81/", {}},
    {"V6NoPort", "https://[fd00::1]/", "[fd00::1]:443", "https://[fd00::1]/", {}},
    {"NoPassword", "https://me:@h.example/", "h.example:443", "https://***@h.example/", {}},
};

class GoodUrl : public ::testing::TestWithParam<Good> {};

TEST_P(GoodUrl, IsTakenApart) {
  const auto url = parse_index_url(GetParam().url);
  ASSERT_TRUE(testing::ok(url));
  EXPECT_EQ(url->endpoint(), GetParam().endpoint);
  EXPECT_EQ(secrets_of(*url), GetParam().secrets);
  EXPECT_EQ(shown_url(GetParam().url), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodUrl, ::testing::ValuesIn(kGood), [](auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  const char* url;
  const char* why;
};

const Bad kBad[] = {
    {"NoScheme", "pypi.org/simple", "has no scheme"},
    {"File", "file:///opt/wheels", "only http and https"},
    {"Ssh", "git+ssh://me:secretword@h/x", "only http and https"},
    {"NoHost", "https:///x", "names no host"},
    {"BadHost", "https://a b/", "names no host"},
    {"BadPort", "https://me:secretword@h:99999/", "no number up to 65535"},
    {"WordPort", "https://h:x/", "no number up to 65535"},
    {"SlashInPassword", "https://me:a/secretword@h/x", "'https://***@h/x': its port is no number"},
    {"HashInPassword", "https://me:a#b@secretword?x@h/x", "'https://***@h/x': its port is no number"},
    {"OpenBracket", "https://[::1/", "nothing closes its '['"},
};

class BadUrl : public ::testing::TestWithParam<Bad> {};

TEST_P(BadUrl, IsRefusedWithoutItsSecret) {
  const auto url = parse_index_url(GetParam().url);
  EXPECT_TRUE(testing::fails_with(url, Errc::InvalidInput, GetParam().why));
  EXPECT_EQ(url.error().message().find("secretword"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, BadUrl, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

TEST(ShownUrl, HidesWhatMayBeAPassword) {
  EXPECT_EQ(shown_url("https://me:/secret@h.example/x"), "https://me:***");
  EXPECT_EQ(shown_url("https://h.example:80/a@b"), "https://h.example:80/a@b");
  EXPECT_EQ(shown_url("https://[fd00::1]/a@b"), "https://[fd00::1]/a@b");
  EXPECT_EQ(shown_url("me:se/cret@h.example/x"), "***@h.example/x");
}

constexpr std::string_view kNetrc =
    "# machine comment.example login c password no\n"
    "machine a.example login me password one\nmachine https://b.example:8443/debian\n  login you\n password two\n"
    "macdef init\nmachine trap.example login x password trap\n\ndefault login any password three\n"
    "machine c.example login z password four\n";

TEST(Netrc, GivesTheEntriesOfHostsAlone) {
  EXPECT_EQ(netrc_for(kNetrc, {"a.example"}), "machine a.example login me password one\n");
  EXPECT_EQ(netrc_for(kNetrc, {"b.example"}), "machine https://b.example:8443/debian login you password two\n");
  EXPECT_EQ(netrc_for(kNetrc, {"trap.example", "comment.example", ""}), "");
  EXPECT_EQ(netrc_for("machine", {""}), "");
  EXPECT_EQ(netrc_secrets(netrc_for(kNetrc, {"a.example", "c.example"})), (std::vector<std::string>{"one", "four"}));
}

}  // namespace
}  // namespace berth::image
