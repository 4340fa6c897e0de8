#include "berth/app/index_way.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr const char* kVariables[] = {"http_proxy",         "https_proxy",    "all_proxy",     "no_proxy",
                                      "HTTP_PROXY",         "HTTPS_PROXY",    "ALL_PROXY",     "NO_PROXY",
                                      "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"};

class IndexWayTest : public ::testing::Test {
 protected:
  IndexWayTest() {
    for (const char* name : kVariables) ::unsetenv(name);
  }
  ~IndexWayTest() override {
    for (const char* name : kVariables) ::unsetenv(name);
  }

  std::filesystem::path put(const char* name, const std::string& text) const {
    const std::filesystem::path file = folder_.path() / name;
    EXPECT_TRUE(testing::ok(sys::write_file_atomically(file, text, 0644)));
    return file;
  }

  static std::vector<std::string> lines(const ContainerSettings& settings) {
    std::vector<std::string> all;
    for (const ProxyVariable& one : proxy_variables(settings)) all.push_back(one.name + "=" + one.value);
    return all;
  }

  testing::TempFolder folder_;
};

TEST_F(IndexWayTest, SettingsOfProxiesGoBeforeTheEnvironment) {
  ::setenv("https_proxy", "http://other:1", 1);
  ::setenv("no_proxy", "b", 1);
  EXPECT_THAT(lines({}), ElementsAre("https_proxy=http://other:1", "no_proxy=b"));
  EXPECT_EQ(proxy_variables({}).front().origin, "variable https_proxy");
  const ContainerSettings own = {
      .http_proxy = "http://p:1", .https_proxy = "", .no_proxy = "a", .ca_bundle = {}, .variables = {}};
  EXPECT_THAT(lines(own),
              UnorderedElementsAre("http_proxy=http://p:1", "HTTP_PROXY=http://p:1", "no_proxy=a", "NO_PROXY=a"));
  EXPECT_EQ(proxy_variables(own).front().origin, "containers.proxy.http");
}

TEST_F(IndexWayTest, TheSitesCaStandsBesideWhatPipTakes) {
  ContainerSettings settings;
  settings.ca_bundle = put("site.pem", "-----BEGIN CERTIFICATE-----site\n");
  image::PipSettings pip;
  pip.certificates = put("own.pem", "own\n");
  const auto way = index_way(settings, pip);
  ASSERT_TRUE(testing::ok(way));
  const auto text = sys::read_file(way->certificates, 1 << 20);
  ASSERT_TRUE(testing::ok(text));
  EXPECT_THAT(*text, HasSubstr("own\n"));
  EXPECT_THAT(*text, HasSubstr("CERTIFICATE-----site\n"));
  EXPECT_THAT(environment_of(*way), ElementsAre("PIP_CERT=" + way->certificates));

  ::setenv("SSL_CERT_FILE", pip.certificates.c_str(), 1);
  const auto by_variable = index_certificates(settings, {});
  ASSERT_TRUE(testing::ok(by_variable));
  EXPECT_THAT(*by_variable, HasSubstr("own\n"));
}

TEST_F(IndexWayTest, WithoutASitesCaEverythingStaysAsItIs) {
  const auto none = index_way({}, {});
  ASSERT_TRUE(testing::ok(none));
  EXPECT_EQ(none->certificates, "");
  EXPECT_THAT(environment_of(*none), IsEmpty());
  ::setenv("CURL_CA_BUNDLE", "/etc/b.pem", 1);
  ::setenv("SSL_CERT_DIR", "/etc/d", 1);
  const auto named = index_way({}, {});
  ASSERT_TRUE(testing::ok(named));
  EXPECT_EQ(named->certificates, "/etc/b.pem");
  EXPECT_THAT(environment_of(*named), ElementsAre("SSL_CERT_DIR=/etc/d"));
}

TEST_F(IndexWayTest, WhatNamedAFileIsTold) {
  ContainerSettings settings;
  settings.ca_bundle = folder_.path() / "none.pem";
  EXPECT_TRUE(testing::fails_with(index_way(settings, {}), Errc::NotFound, "of containers.ca_bundle"));
  settings.ca_bundle = put("empty.pem", "x");
  EXPECT_TRUE(testing::fails_with(index_way(settings, {}), Errc::InvalidInput, "holds no certificate"));
  ::setenv("REQUESTS_CA_BUNDLE", "/nowhere/x.pem", 1);
  EXPECT_TRUE(testing::fails_with(index_certificates({}, {}), Errc::NotFound, "of REQUESTS_CA_BUNDLE"));
}

}  // namespace
}  // namespace berth::app
