#include "berth/image/reference.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kHash(64, 'a');
const std::string kDigest = "sha256:" + kHash;

struct Good {
  const char* name;
  std::string text;
  Reference parts;
  const char* normal;  // registry and path for comparing
};

const Good kGood[] = {
    {"NameAlone", "python3", {.path = "python3"}, "docker.io/library/python3"},
    {"Organisation",
     "demisto/python3:3.10.1.27636",
     {.path = "demisto/python3", .tag = "3.10.1.27636"},
     "docker.io/demisto/python3"},
    {"Docker", "docker.io/alpine", {.registry = "docker.io", .path = "alpine"}, "docker.io/library/alpine"},
    {"DockerIndex", "index.docker.io/a/b", {.registry = "index.docker.io", .path = "a/b"}, "docker.io/a/b"},
    {"Port",
     "registry.example:5000/a/b/c:1",
     {.registry = "registry.example:5000", .path = "a/b/c", .tag = "1"},
     "registry.example:5000/a/b/c"},
    {"LastPort", "h:65535/x", {.registry = "h:65535", .path = "x"}, "h:65535/x"},
    {"TagLikePort", "python:5000", {.path = "python", .tag = "5000"}, "docker.io/library/python"},
    {"Localhost", "localhost/x", {.registry = "localhost", .path = "x"}, "localhost/x"},
    {"LocalhostTheOriginalsWay", "localhost.local/x", {.registry = "localhost.local", .path = "x"}, "localhost/x"},
    {"Ipv4", "192.0.2.1:5000/x", {.registry = "192.0.2.1:5000", .path = "x"}, "192.0.2.1:5000/x"},
    {"Ipv6", "[::1]:5000/x", {.registry = "[::1]:5000", .path = "x"}, "[::1]:5000/x"},
    {"Ipv6Tag", "[2001:db8::1]/a/x:t", {.registry = "[2001:db8::1]", .path = "a/x", .tag = "t"}, "[2001:db8::1]/a/x"},
    {"UpperHost", "Registry.Example/x", {.registry = "Registry.Example", .path = "x"}, "registry.example/x"},
    {"PunycodeHost",
     "xn--bcher-kva.example/x",
     {.registry = "xn--bcher-kva.example", .path = "x"},
     "xn--bcher-kva.example/x"},
    {"Joints", "a.b/c__d/e---f/g_h", {.registry = "a.b", .path = "c__d/e---f/g_h"}, "a.b/c__d/e---f/g_h"},
    {"UpperTag", "x:V_1.0-RC", {.path = "x", .tag = "V_1.0-RC"}, "docker.io/library/x"},
    {"LongestTag", "x:" + std::string(128, 't'), {.path = "x", .tag = std::string(128, 't')}, "docker.io/library/x"},
    {"LongestName", std::string(255, 'n'), {.path = std::string(255, 'n')}, nullptr},
    {"Digest", "a/x@" + kDigest, {.path = "a/x", .digest = kDigest}, "docker.io/a/x"},
    {"TagAndDigest", "h:1/x:t@" + kDigest, {.registry = "h:1", .path = "x", .tag = "t", .digest = kDigest}, "h:1/x"},
};

class GoodReference : public ::testing::TestWithParam<Good> {};

TEST_P(GoodReference, IsTakenApartAndPrintedBack) {
  const auto read = parse_reference(GetParam().text);
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(*read, GetParam().parts);
  EXPECT_EQ(to_string(*read), GetParam().text);
  if (GetParam().normal != nullptr) {
    EXPECT_EQ(name_of(normalized(*read)), GetParam().normal);
  }
  EXPECT_EQ(normalized(normalized(*read)), normalized(*read));
}

INSTANTIATE_TEST_SUITE_P(Table, GoodReference, ::testing::ValuesIn(kGood),
                         [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  std::string text;
  const char* why;
};

const Bad kBad[] = {
    {"Empty", "", "it is empty"},
    {"EmptyTag", "demisto/oauthlib:", "the tag is empty"},
    {"EmptyTagWithDigest", "x:@" + kDigest, "the tag is empty"},
    {"TagAlone", ":1", "it has no name"},
    {"DigestAlone", "@" + kDigest, "it has no name"},
    {"UpperCase", "Demisto/python3", "'Demisto' holds upper-case letters"},
    {"UpperCaseLater", "demisto/Python3:1", "'Python3' holds upper-case letters"},
    {"Up", "../../x", "'..' is not a name"},
    {"UpInside", "a/../x", "'..' is not a name"},
    {"Here", "./x", "'.' is not a name"},
    {"Absolute", "/x", "between two slashes of the name is empty"},
    {"TwoSlashes", "a//x", "between two slashes of the name is empty"},
    {"LastSlash", "a/x/", "between two slashes of the name is empty"},
    {"TwoDots", "a/b..c", "'b..c' is not a name"},
    {"ThreeUnderscores", "a___b", "'a___b' is not a name"},
    {"FirstDash", "a/-b", "'-b' is not a name"},
    {"LastDash", "a/b-", "'b-' is not a name"},
    {"LongName", std::string(300, 'n'), "300 characters, and 255 is the most"},
    {"LongText", std::string(9000, 'n'), "9000 characters, and 512 is the most"},
    {"LongTag", "x:" + std::string(129, 't'), "129 characters, and 128 is the most"},
    {"TagWithSlashes", "x:../..", "the port '..' is not"},
    {"TwoTags", "x:1:2", "the tag '1:2' is not"},
    {"TagWithDot", "x:.1", "the tag '.1' is not"},
    {"TagWithDash", "x:-1", "the tag '-1' is not"},
    {"DigestUp", "repo:tag@sha256:../..", "the digest 'sha256:../..' is not"},
    {"DigestShort", "x@sha256:abc", "the digest 'sha256:abc' is not"},
    {"DigestUpperCase", "x@sha256:" + std::string(64, 'A'), "is not 'sha256:'"},
    {"DigestOther", "x@md5:" + kHash, "is not 'sha256:'"},
    {"DigestEmpty", "x@", "the digest '' is not"},
    {"TwoDigests", "x@" + kDigest + "@" + kDigest, "is not 'sha256:'"},
    {"PortTooBig", "host:99999/x", "the port '99999' is not a number from 1 to 65535"},
    {"PortOver", "host:65536/x", "the port '65536'"},
    {"PortZero", "host:0/x", "the port '0'"},
    {"PortEmpty", "host:/x", "the port ''"},
    {"PortWord", "host:http/x", "the port 'http'"},
    {"PortEndless", "host:" + std::string(100, '1') + "/x", "the port '1"},
    {"Ipv6Open", "[::1/x", "lacks a closing ']'"},
    {"Ipv6Bad", "[::g]:5000/x", "'::g' is not an IPv6 address"},
    {"Ipv6Port", "[::1]:99999/x", "the port '99999'"},
    {"Ipv6Rest", "[::1]5000/x", "'5000' stands behind the address"},
    {"Ipv6Alone", "[::1]:5000", "a registry without the name of an image"},
    {"HostDash", "-a.example/x", "is not a host name"},
    {"HostTwoDots", "a..b/x", "is not a host name"},
    {"HostUnderscore", "a_b.c:1/x", "is not a host name"},
    {"HostLongLabel", std::string(64, 'l') + ".example/x", "is not a host name"},
    {"Idn",
     "b\xc3\xbc"
     "cher.example/x",
     "in its xn-- form"},
    {"Cyrillic", "demist\xd0\xbe/x", "only ASCII"},
    {"Blank", "a b", "a blank or a control character"},
    {"LineFeed", "a\nb", "a blank or a control character"},
    {"Escape", "a\x1b[31m", "a blank or a control character"},
    {"Nul", std::string("a\0b", 3), "a blank or a control character"},
    {"Url", "https://registry.example/x", "it is a URL"},
    {"Id", kHash, "64 hexadecimal digits are an id"},
};

class BadReference : public ::testing::TestWithParam<Bad> {};

TEST_P(BadReference, IsRefusedWithReason) {
  const auto read = parse_reference(GetParam().text);
  EXPECT_TRUE(testing::fails_with(read, Errc::InvalidInput, GetParam().why));
  ASSERT_FALSE(read.has_value());
  for (const char c : read.error().message()) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << "safe to show";
  EXPECT_LT(read.error().message().size(), 1200u);
}

INSTANTIATE_TEST_SUITE_P(Table, BadReference, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
