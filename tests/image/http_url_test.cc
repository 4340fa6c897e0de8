#include <gtest/gtest.h>

#include "berth/image/http_client.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

struct Row {
  const char* name;
  std::string url;
  std::string text;  // whole again
};

const Row kRows[] = {
    {"Plain", "https://registry.example/v2/", "https://registry.example:443/v2/"},
    {"Port", "http://registry.example:5000/a?b=c", "http://registry.example:5000/a?b=c"},
    {"UpperCase", "HTTPS://Registry.Example/A", "https://registry.example:443/A"},
    {"NoPath", "http://registry.example", "http://registry.example:80/"},
    {"QueryAlone", "http://registry.example?x=1", "http://registry.example:80/?x=1"},
    {"Fragment", "http://registry.example/a#b", "http://registry.example:80/a"},
    {"SixAddress", "https://[::1]:5000/x", "https://[::1]:5000/x"},
    {"User", "http://u:p@registry.example/x", "http://registry.example:80/x"},
};

class UrlRows : public ::testing::TestWithParam<Row> {};

TEST_P(UrlRows, AreTakenApart) {
  const auto url = parse_url(GetParam().url);
  ASSERT_TRUE(testing::ok(url));
  EXPECT_EQ(to_text(*url), GetParam().text);
  EXPECT_EQ(url->has_user, GetParam().url.contains('@'));
}

INSTANTIATE_TEST_SUITE_P(Table, UrlRows, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(Url, RefusesWhatIsNone) {
  const std::pair<const char*, const char*> rows[] = {
      {"file:///etc/passwd", "only http and https"},
      {"gopher://x", "only http and https"},
      {"", "only http and https"},
      {"http://", "it has no host"},
      {"http://a b/", "signs that no URL holds"},
      {"http://a\\b/", "signs that no URL holds"},
      {"http://a:70000/", "port is over 65535"},
      {"http://a:x/", "port is no number"},
      {"http://[::1/", "lacks a ']'"},
      {"http://[::1]x/", "signs stand behind"},
      {"http://a%2fb/", "its host is no host name"},
      {"http://\xc3\xa4/", "signs that no URL holds"},
      {"http://[x]/", "no IPv6 address"},
  };
  for (const auto& [text, why] : rows) {
    EXPECT_TRUE(testing::fails_with(parse_url(text), Errc::InvalidInput, why)) << text;
  }
  // Neither a password nor a signature stands in an error.
  const auto secret = parse_url("ftp://user:canary@x/?sig=canary");
  ASSERT_FALSE(secret);
  EXPECT_FALSE(secret.error().message().contains("canary")) << secret.error().message();
}

TEST(Url, FollowsPlaces) {
  const auto base = parse_url("https://registry.example:5000/v2/x");
  ASSERT_TRUE(testing::ok(base));
  EXPECT_EQ(to_text(*follow_location(*base, "/y?z")), "https://registry.example:5000/y?z");
  EXPECT_EQ(to_text(*follow_location(*base, "//other.example/y")), "https://other.example:443/y");
  EXPECT_EQ(to_text(*follow_location(*base, "http://other.example/y")), "http://other.example:80/y");
  EXPECT_FALSE(follow_location(*base, "y"));
  EXPECT_FALSE(follow_location(*base, ""));
}

TEST(NoProxy, HoldsForAPortWhereItNamesOne) {
  EXPECT_EQ(hosts_without_proxy("a.example:5000, .b.example,10.0.0.0/8,[::1]:443,[::2],::3,*", 443),
            ".b.example,10.0.0.0/8,[::1],[::2],::3,*");
  EXPECT_EQ(hosts_without_proxy("a.example:5000,[::1]:443", 5000), "a.example");
  EXPECT_EQ(hosts_without_proxy(" , ,", 443), "");
}

}  // namespace
}  // namespace berth::image
