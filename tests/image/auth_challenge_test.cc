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

TEST(AuthChallenge, PassesOverOtherSchemes) {
  for (
      const char* header :
      {R"(Negotiate, Bearer realm="https://a.example/t",service="s")",
       R"(NTLM,Negotiate YII/ab+c==, Bearer realm="https://a.example/t",service=s)",
       R"(Digest realm="other", nonce="x, Basic", Bearer realm="https://a.example/t", service="s", Basic realm="b")"}) {
    const auto challenge = parse_auth_challenge(header);
    ASSERT_TRUE(testing::ok(challenge)) << header;
    EXPECT_TRUE(challenge->bearer) << header;
    EXPECT_EQ(challenge->realm, "https://a.example/t") << header;
    EXPECT_EQ(challenge->service, "s") << header;
  }
  const HttpAnswer answer = {.headers = {{"www-authenticate", "Negotiate"}, {"x", "y"}, {"www-authenticate", "Basic"}}};
  EXPECT_EQ(answer.all("www-authenticate"), "Negotiate, Basic");
}

TEST(AuthChallenge, RefusesWhatIsNone) {
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge(""), Errc::Corrupt, "only Bearer and Basic"));
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge("Negotiate x"), Errc::Corrupt, "only Bearer and Basic"));
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge("Negotiate \"x"), Errc::Corrupt, "only Bearer and Basic"));
  EXPECT_TRUE(
      testing::fails_with(parse_auth_challenge("Bearer service=x"), Errc::Corrupt, "names no server of tokens"));
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge("Bearer realm=\"x"), Errc::Corrupt, "a quote is not closed"));
  EXPECT_TRUE(testing::fails_with(parse_auth_challenge(std::string(9000, 'x')), Errc::Corrupt, "too long"));
}

TEST(AuthChallenge, WritesQueries) { EXPECT_EQ(query_text("a/b:c d~"), "a%2Fb%3Ac%20d~"); }

struct Row {
  const char* name;
  const char* registry;
  const char* realm;
  bool allowed;
};

const Row kRealms[] = {
    {"Itself", "registry.example.com", "https://registry.example.com/token", true},
    {"OtherPort", "registry.example.com", "https://registry.example.com:444/token", true},
    {"SiblingOfTwoParts", "registry.example.com", "https://auth.example.com/token", false},
    {"ParentOfTwoParts", "registry.example.com", "https://example.com/jwt", false},
    {"Sibling", "registry.eu.example.com", "https://auth.eu.example.com/token", true},
    {"Parent", "registry.eu.example.com", "https://eu.example.com/jwt", true},
    {"SiblingBelow", "registry.eu.example.com", "https://x.auth.eu.example.com/token", false},
    {"Grandparent", "registry.eu.example.com", "https://example.com/token", false},
    {"PublicSuffix", "registry.acme.co.uk", "https://evil.co.uk/token", false},
    {"BelowThePublicSuffix", "registry.acme.co.uk", "https://auth.acme.co.uk/token", true},
    {"OtherTenant", "a.azurecr.io", "https://b.azurecr.io/token", false},
    {"OtherServiceOfTheCloud", "1.dkr.ecr.eu-west-1.amazonaws.com", "https://x.execute-api.eu-west-1.amazonaws.com/t",
     false},
    {"Hub", "docker.io", "https://auth.docker.io/token", true},
    {"BesideTheHub", "docker.io", "https://other.docker.io/token", false},
    {"GitLab", "registry.gitlab.com", "https://gitlab.com/jwt/auth", true},
    {"Stranger", "registry.example.com", "https://evil.example/token", false},
    {"EndsAlike", "registry.example.com", "https://evil-example.com/token", false},
    {"NotSecure", "registry.example.com", "http://registry.example.com/token", false},
    {"WithUser", "registry.example.com", "https://u:p@registry.example.com/token", false},
    {"Named", "registry.example.com", "https://tokens.inside/token", true},
    {"NamedByItsOneLabel", "registry.example.com", "https://tokens/token", true},
    {"NamedByAnAddress", "registry.example.com", "https://[fd00::7]:5000/token", true},
    {"AddressAtAnotherPort", "registry.example.com", "https://[fd00::7]:5001/token", false},
    {"Address", "registry.example.com", "https://10.0.0.1/token", false},
    {"AddressesAreNoDomain", "10.0.0.2", "https://10.0.0.1/token", false},
};

TEST(Credentials, GoToServersOfTheRegistryAlone) {
  RegistrySettings settings;
  settings.certificate_folders.clear();
  settings.rows["registry.example.com"] = {.sends_to = {"tokens.inside", "tokens", "[fd00::7]:5000"}};
  for (const Row& row : kRealms) {
    const auto places = places_of(settings, row.registry);
    ASSERT_EQ(places.size(), 1u);
    const auto url = parse_url(row.realm);
    ASSERT_TRUE(testing::ok(url));
    EXPECT_EQ(may_have_credentials(places[0], *url), row.allowed) << row.name;
  }
}

TEST(Places, HaveTheMirrorsFirst) {
  RegistrySettings settings;
  settings.certificate_folders.clear();
  settings.ca_bundle = "/bundle.pem";
  settings.rows["docker.io"] = {.mirrors = {"mirror.example:5000", "harbor.example/hub/proxy"}};
  settings.rows["mirror.example:5000"] = {.ca = "/ca.crt", .insecure = true};
  const auto places = places_of(settings, "docker.io");
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[0].base, "https://mirror.example:5000");
  EXPECT_EQ(places[0].prefix, "");
  EXPECT_EQ(places[1].base, "https://harbor.example");
  EXPECT_EQ(places[1].prefix, "hub/proxy");
  EXPECT_EQ(places[0].access.ca_file, "/ca.crt");
  EXPECT_FALSE(places[0].access.verify);
  EXPECT_EQ(places[2].base, "https://registry-1.docker.io");
  EXPECT_EQ(places[2].prefix, "");
  EXPECT_EQ(places[2].access.ca_file, "/bundle.pem");
  EXPECT_TRUE(places[2].access.verify);
}

}  // namespace
}  // namespace berth::image
