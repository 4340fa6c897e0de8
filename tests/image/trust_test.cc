#include "berth/image/trust.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kOther = "sha256:" + std::string(64, 'b');

TrustPolicy sample_policy() {
  TrustPolicy policy = default_trust();
  policy.registries.push_back(*parse_trusted_registry("Registry.Example:5000"));
  policy.organisations.push_back(*parse_trusted_organisation("quay.io/harbour"));
  policy.names.push_back(*parse_trusted_name("python"));
  policy.names.push_back(*parse_trusted_name("ghcr.io/team/tool:1.2"));
  policy.digests.push_back(*parse_trusted_digest(kDigest));
  return policy;
}

struct Row {
  const char* name;
  std::string image;
  std::string why;  // in the refusal; empty: it is trusted
};

const Row kRows[] = {
    {"Default", "demisto/python3:3.10.1", ""},
    {"RegistryWritten", "docker.io/demisto/python3:3.10.1", ""},
    {"OtherNamesOfTheHub", "registry-1.docker.io:443/demisto/python3", ""},
    {"HostInUpperCase", "Index.Docker.IO/demisto/python3", ""},
    {"CreatedHere", "localhost/mine:1", ""},
    {"CreatedHereTheOriginalsWay", "localhost.local/mine:1", ""},
    {"BaseOfOurs", "localhost/berth/python3-deb:3.11.2.1", ""},
    {"Registry", "registry.example:5000/any/thing:1", ""},
    {"Organisation", "quay.io/harbour/a/b:1", ""},
    {"NameOfTheLibrary", "docker.io/library/python:3.12", ""},
    {"NameWithItsTag", "ghcr.io/team/tool:1.2", ""},
    {"Digest", "ghcr.io/who/knows@" + kDigest, ""},
    {"OtherOrganisation", "acme/python3:1", "the organisation 'acme' of 'docker.io' is not among those that"},
    {"ItsNameInTheRemedy", "acme/python3:1", "as 'acme/python3' under 'names'"},
    {"NameAlone", "alpine:3", "library"},
    {"NoOrganisation", "ghcr.io/tool:1",
     "the registry 'ghcr.io' is not among those that the setting images.trusted names"},
    {"LooksLikeByRn", "dernisto/python3:1", "looks like 'demisto', which is trusted, and is another"},
    {"LooksLikeByZero", "demist0/python3:1", "looks like 'demisto'"},
    {"LooksLikeByL", "demlsto/python3:1", "looks like 'demisto'"},
    {"LooksLikeByOne", "dem1sto/python3:1", "looks like 'demisto'"},
    {"LooksLikeByHyphen", "demi-sto/python3:1", "looks like 'demisto'"},
    {"LooksLikeBySwap", "dmeisto/python3:1", "looks like 'demisto'"},
    {"LooksLikeByALetterMore", "demistoo/python3:1", "looks like 'demisto'"},
    {"SameNameElsewhere", "evil.example/demisto/python3:1", "the organisation 'demisto' of 'evil.example'"},
    {"RegistryLooksLikeTheHub", "d0cker.io/demisto/python3:1", "looks like 'docker.io/demisto'"},
    {"RegistryLooksLike", "registry.examp1e:5000/x/y:1", "looks like 'registry.example:5000'"},
    {"OtherPort", "registry.example:5001/x/y:1", "looks like 'registry.example:5000'"},
    {"OtherTag", "ghcr.io/team/tool:1.3", "not trusted"},
    {"BeginningOfAnOrganisation", "quay.io/harbourmaster/x:1", "the organisation 'harbourmaster'"},
    {"PortOnLocalhost", "localhost:5000/mine:1", "not trusted"},
    {"OtherDigest", "ghcr.io/who/knows@" + kOther, "not trusted"},
};

class TrustRows : public ::testing::TestWithParam<Row> {};

TEST_P(TrustRows, AreJudged) {
  const auto name = parse_reference(GetParam().image);
  ASSERT_TRUE(testing::ok(name));
  const auto judged = check_trust(sample_policy(), *name);
  if (GetParam().why.empty()) {
    EXPECT_TRUE(testing::ok(judged));
  } else {
    EXPECT_TRUE(testing::fails_with(judged, Errc::InvalidInput, GetParam().why));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, TrustRows, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(Trust, CountsTheDigestThatIsKnown) {
  const Reference name = {.registry = "ghcr.io", .path = "who/knows", .tag = "1"};
  EXPECT_TRUE(testing::ok(check_trust(sample_policy(), name, kDigest)));
  EXPECT_TRUE(testing::fails_with(check_trust(sample_policy(), name, kOther), Errc::InvalidInput, "not trusted"));
}

TEST(Trust, IsForWhatWasCreatedHereUnlessTurnedOff) {
  TrustPolicy policy;
  policy.local = false;
  const Reference name = {.registry = "localhost", .path = "mine", .tag = "1"};
  EXPECT_TRUE(testing::fails_with(check_trust(policy, name), Errc::InvalidInput, "images.trusted.local is off"));
  policy.any = true;
  EXPECT_TRUE(testing::ok(check_trust(policy, name)));
}

TEST(Trust, OfOneNameIsEnough) {
  const std::vector<Reference> names = {{.registry = "ghcr.io", .path = "a/b"}, {.registry = "localhost", .path = "b"}};
  const std::vector<std::string> digests = {kOther};
  EXPECT_TRUE(testing::ok(check_trust(default_trust(), names, digests)));
  const std::vector<Reference> first = {names[0]};
  EXPECT_TRUE(testing::fails_with(check_trust(default_trust(), first, digests), Errc::InvalidInput, "ghcr.io/a/b"));
  EXPECT_TRUE(testing::fails_with(check_trust(default_trust(), std::vector<Reference>(), digests), Errc::InvalidInput,
                                  "without a name"));
  EXPECT_TRUE(testing::fails_with(check_trust(sample_policy(), first, digests), Errc::InvalidInput, "not trusted"));
  EXPECT_TRUE(testing::ok(check_trust(sample_policy(), first, std::vector{kOther, kDigest})));
}

TEST(Trust, RefusesRowsThatNameNothing) {
  EXPECT_TRUE(testing::fails_with(parse_trusted_registry("demisto"), Errc::InvalidInput, "it is no registry"));
  EXPECT_TRUE(testing::fails_with(parse_trusted_registry("registry.example/team"), Errc::InvalidInput,
                                  "images.trusted.registries 'registry.example/team'"));
  EXPECT_TRUE(testing::fails_with(parse_trusted_organisation("registry.example"), Errc::InvalidInput, "is a registry"));
  EXPECT_TRUE(testing::fails_with(parse_trusted_organisation(""), Errc::InvalidInput, "images.trusted.organisations"));
  EXPECT_TRUE(testing::fails_with(parse_trusted_organisation("Demisto"), Errc::InvalidInput, "upper-case"));
  EXPECT_TRUE(testing::fails_with(parse_trusted_name("a@" + kDigest), Errc::InvalidInput, "under 'digests'"));
  EXPECT_TRUE(testing::fails_with(parse_trusted_digest("sha256:12"), Errc::InvalidInput, "64 lower-case"));
}

}  // namespace
}  // namespace berth::image
