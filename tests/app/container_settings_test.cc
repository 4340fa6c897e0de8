#include "berth/app/container_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "berth/app/network_settings.h"
#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ContainerAdditions, AreNoneByDefault) {
  const auto additions = additions_of({}, std::nullopt);
  ASSERT_TRUE(testing::ok(additions));
  EXPECT_THAT(additions->variables, IsEmpty());
  EXPECT_THAT(additions->files, IsEmpty());
}

TEST(ContainerAdditions, NameTheProxyOfTheNetworkInBothCases) {
  const auto additions = additions_of({}, parse_proxy("10.0.0.8:3128").value());
  ASSERT_TRUE(testing::ok(additions));
  EXPECT_THAT(additions->variables,
              ElementsAre("HTTP_PROXY=http://10.0.0.8:3128", "http_proxy=http://10.0.0.8:3128",
                          "HTTPS_PROXY=http://10.0.0.8:3128", "https_proxy=http://10.0.0.8:3128"));
}

TEST(ContainerAdditions, PreferTheProxiesThatAreNamedAndMaskTheirPasswords) {
  ContainerSettings settings;
  settings.https_proxy = "http://ada:s3cr3t@proxy.example.com:8080/";
  settings.no_proxy = "localhost,.example.com";
  const auto additions = additions_of(settings, std::nullopt);
  ASSERT_TRUE(testing::ok(additions));
  EXPECT_THAT(additions->variables, ElementsAre("HTTPS_PROXY=http://ada:s3cr3t@proxy.example.com:8080/",
                                                "https_proxy=http://ada:s3cr3t@proxy.example.com:8080/",
                                                "NO_PROXY=localhost,.example.com", "no_proxy=localhost,.example.com"));
  EXPECT_THAT(additions->secrets, ElementsAre("s3cr3t"));
}

TEST(ContainerAdditions, PutThePrivateCaAfterTheMachinesOwn) {
  const std::string path = ::testing::TempDir() + "berth-private-ca.pem";
  std::ofstream(path) << "-----BEGIN CERTIFICATE-----\nours\n-----END CERTIFICATE-----\n";
  ContainerSettings settings;
  settings.ca_bundle = path;
  settings.variables = {{"SITE", "north"}};
  const auto additions = additions_of(settings, std::nullopt);
  ASSERT_TRUE(testing::ok(additions));
  ASSERT_EQ(additions->files.size(), 1u);
  EXPECT_TRUE(additions->files[0].bytes.ends_with("ours\n-----END CERTIFICATE-----\n"));
  for (const char* name :
       {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"}) {
    EXPECT_THAT(additions->variables, Contains(std::string(name) + "=/run/berth/ca-bundle.pem"));
  }
  EXPECT_THAT(additions->variables, Contains("SITE=north"));
}

TEST(ContainerAdditions, RefuseABundleWithoutCertificates) {
  const std::string path = ::testing::TempDir() + "berth-empty-ca.pem";
  std::ofstream(path) << "nothing";
  ContainerSettings settings;
  settings.ca_bundle = path;
  EXPECT_TRUE(testing::fails_with(additions_of(settings, std::nullopt), Errc::InvalidInput,
                                  "containers.ca_bundle: '" + path + "' holds no certificate"));
  settings.ca_bundle = "/none.pem";
  EXPECT_TRUE(testing::fails_with(additions_of(settings, std::nullopt), Errc::NotFound, "containers.ca_bundle"));
}

TEST(ProxyUrl, NeverCitesWhatWasGiven) {
  for (const char* text : {"ftp://u:secret@p", "http://u:secret@p q", "http:///secret", "http://u:secret@p:99999",
                           "u:secret@p:x", "http://u:secret@p:/", "http://u:secret@p:0"}) {
    const auto url = parse_proxy_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_THAT(url.error().message(), ::testing::Not(HasSubstr("secret"))) << text;
  }
  EXPECT_EQ(parse_proxy_url("proxy:3128").value(), "http://proxy:3128");
  EXPECT_EQ(parse_proxy_url("socks5://u:p@[fd00::1]").value(), "socks5://u:p@[fd00::1]");
  EXPECT_EQ(parse_proxy_url("http://[fd00::1]:3128/").value(), "http://[fd00::1]:3128/");
}

}  // namespace
}  // namespace berth::app
