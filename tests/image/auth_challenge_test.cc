#include "berth/image/auth_challenge.h"

#include <gtest/gtest.h>

#include "berth/image/registry_access.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

TEST(AuthChallenge, IsTakenApart) {
  const auto one = parse_auth_challenge(
      R"(Bearer realm="https://auth.example/token",service="registry.example",scope="repository:x:pull")");
  ASSERT_TRUE(testing::ok(one));
  EXPECT_TRUE(one->bearer);
  EXPECT_EQ(one->realm, "https://auth.example/token");
  EXPECT_EQ(one->service, "registry.example");
  const auto odd = parse_auth_challenge(R"(bEaReR   Realm = "a\"b,c" , SERVICE=x)");
  ASSERT_TRUE(testing::ok(odd));
  EXPECT_EQ(odd->realm, "a\"b,c");
  EXPECT_EQ(odd->service, "x");
  const auto basic = parse_auth_challenge(R"(Basic realm="harbour", Bearer realm="y")");
  ASSERT_TRUE(testing::ok(basic));
  EXPECT_FALSE(basic->bearer);
}

TEST(AuthChallenge, RefusesWhatIsNone) {
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge(""), Errc::Corrupt, "only Bearer and Basic"));
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge("Negotiate x"), Errc::Corrupt, "only Bearer and Basic"));
  EXPECT_TRUE(
      testing::fails_with(parse_auth_challenge("Bearer service=x"), Errc::Corrupt, "names no server of tokens"));
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge("Bearer realm=\"x"), Errc::Corrupt, "a quote is not closed"));
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge(std::string(9000, 'x')), Errc::Corrupt, "too long"));
}

TEST(AuthChallenge, WritesQueries) { EXPECT_EQ(query_text("a/b:c d~"), "a%2Fb%3Ac%20d~"); }

struct Row {
  const char* name;
  const char* realm;
  bool allowed;
};

const Row kRealms[] = {
    {"Itself", "https://registry.example.com/token", true},
    {"OtherPort", "https://registry.example.com:444/token", true},
    {"Sibling", "https://auth.example.com/token", true},
    {"Parent", "https://example.com/jwt", true},
    {"Stranger", "https://evil.example/token", false},
    {"EndsAlike", "https://evil-example.com/token", false},
    {"NotSecure", "http://registry.example.com/token", false},
    {"WithUser", "https://u:p@registry.example.com/token", false},
    {"Named", "https://tokens.inside/token", true},
    {"Address", "https://10.0.0.1/token", false},
};

TEST(Credentials, GoToServersOfTheRegistryAlone) {
  RegistrySettings settings;
  settings.certificate_folders.clear();
  settings.rows["registry.example.com"] = {.sends_to = {"tokens.inside"}};
  const auto places = places_of(settings, "registry.example.com");
  ASSERT_EQ(places.size(), 1u);
  for (const Row& row : kRealms) {
    const auto url = parse_url(row.realm);
    ASSERT_TRUE(testing::ok(url));
    EXPECT_EQ(may_have_credentials(places[0], *url), row.allowed) << row.name;
  }
}

TEST(Places, HaveTheMirrorsFirst) {
  RegistrySettings settings;
  settings.certificate_folders.clear();
  settings.ca_bundle = "/bundle.pem";
  settings.rows["docker.io"] = {.mirrors = {"mirror.example:5000"}};
  settings.rows["mirror.example:5000"] = {.ca = "/ca.crt", .insecure = true};
  const auto places = places_of(settings, "docker.io");
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].base, "https://mirror.example:5000");
  EXPECT_EQ(places[0].access.ca_file, "/ca.crt");
  EXPECT_FALSE(places[0].access.verify);
  EXPECT_EQ(places[1].base, "https://registry-1.docker.io");
  EXPECT_EQ(places[1].access.ca_file, "/bundle.pem");
  EXPECT_TRUE(places[1].access.verify);
}

}  // namespace
}  // namespace berth::image
