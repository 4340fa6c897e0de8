#include "berth/image/substitution.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

struct Row {
  const char* name;
  const char* wanted;
  const char* used;
  const char* pattern;
};

const Row kRows[] = {
    {"NameAndTag", "demisto/python3:3.10.1", "exact:1", "demisto/python3:3.10.1"},
    {"Name", "demisto/python3:3.9", "python3", "demisto/python3"},
    {"NameWithDigest", "demisto/python3:3.9@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "demisto/python3:3.9@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
    {"Organisation", "demisto/crypto:1", "any", "demisto/*"},
    {"LongerOrganisation", "demisto/ml/torch:1", "ml", "demisto/ml/*"},
    {"RegistryWritten", "docker.io/demisto/crypto:1", "any", "demisto/*"},
    {"OtherRegistry", "registry.example/demisto/crypto:1", "registry.example/demisto/crypto:1", ""},
    {"NotAPart", "demistox/crypto", "demistox/crypto", ""},
    {"OnlyOnce", "exact:1", "exact:1", ""},
};

class SubstitutionRows : public ::testing::TestWithParam<Row> {};

TEST_P(SubstitutionRows, FollowsTheBestFit) {
  SubstitutionTable table;
  for (const auto& [pattern, use] : {std::pair{"demisto/*", "any"},
                                     {"demisto/python3", "python3"},
                                     {"demisto/python3:3.10.1", "exact:1"},
                                     {"demisto/ml/*", "ml"}}) {
    auto row = parse_substitution(pattern, use);
    ASSERT_TRUE(testing::ok(row));
    table.push_back(std::move(*row));
  }
  const auto wanted = parse_reference(GetParam().wanted);
  ASSERT_TRUE(testing::ok(wanted));
  const Substituted found = substitute(*wanted, table);
  EXPECT_EQ(to_string(found.reference), GetParam().used);
  EXPECT_EQ(found.pattern, GetParam().pattern);
}

INSTANTIATE_TEST_SUITE_P(Table, SubstitutionRows, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(Substitution, RefusesRowsThatNameNothing) {
  EXPECT_TRUE(testing::fails_with(parse_substitution("Demisto/*", "x"), Errc::InvalidInput,
                                  "setting images.substitute 'Demisto/*': read image reference"));
  EXPECT_TRUE(testing::fails_with(parse_substitution("*/python3", "x"), Errc::InvalidInput, "'*' is not a name"));
  EXPECT_TRUE(testing::fails_with(parse_substitution("a/b", "x:"), Errc::InvalidInput, "the tag is empty"));
  EXPECT_TRUE(testing::fails_with(parse_substitution("a@sha256:" + std::string(64, 'a'), "x"), Errc::InvalidInput,
                                  "a pattern has no digest"));
}

// One image under names that are trusted and names that are not.
LocalImage known_by_many_names() {
  LocalImage image;
  image.digest = "sha256:" + std::string(64, 'a');
  for (const char* name : {"docker.io/demisto/x:1", "docker.io/demisto/x:2", "docker.io/acme/x:1", "localhost/y:1"}) {
    image.names.push_back(*parse_reference(name));
  }
  return image;
}

struct Meant {
  const char* name;
  std::string asked;
  std::vector<std::string> meant;
};

const Meant kMeant[] = {
    {"Tag", "demisto/x:1", {"docker.io/demisto/x:1"}},
    {"NoTag", "demisto/x", {"docker.io/demisto/x:2"}},
    {"OtherOrganisation", "acme/x:1", {"docker.io/acme/x:1"}},
    {"Here", "y:1", {"localhost/y:1"}},
    {"OtherTag", "demisto/x:3", {}},
    {"Digest", "demisto/x@sha256:" + std::string(64, 'a'), {"docker.io/demisto/x:1", "docker.io/demisto/x:2"}},
    {"TagAndDigest", "demisto/x:2@sha256:" + std::string(64, 'a'), {"docker.io/demisto/x:2"}},
    {"OtherTagAndDigest", "acme/x:7@sha256:" + std::string(64, 'a'), {"docker.io/acme/x:1"}},
};

class MeantNames : public ::testing::TestWithParam<Meant> {};

TEST_P(MeantNames, AreThoseThatWereAskedFor) {
  std::vector<std::string> meant;
  for (const Reference& name : names_meant(known_by_many_names(), *parse_reference(GetParam().asked))) {
    meant.push_back(to_string(name));
  }
  EXPECT_EQ(meant, GetParam().meant);
}

INSTANTIATE_TEST_SUITE_P(Table, MeantNames, ::testing::ValuesIn(kMeant),
                         [](const auto& row) { return row.param.name; });

TEST(ResolvedImage, IsTrustedByTheNameThatWasAskedFor) {
  const FindImage find = [](const Reference&) -> Result<LocalImage> { return known_by_many_names(); };
  const auto resolve = [&](const char* name, const TrustPolicy& trust) {
    return resolve_image(find, *parse_reference(name), {}, trust);
  };
  EXPECT_TRUE(testing::ok(resolve("demisto/x:1", default_trust())));
  EXPECT_TRUE(testing::fails_with(resolve("acme/x:1", default_trust()), Errc::InvalidInput, "'docker.io/acme/x:1'"));
  TrustPolicy one;
  one.names.push_back(*parse_trusted_name("demisto/x:1"));
  EXPECT_TRUE(testing::ok(resolve("demisto/x:1", one)));
  EXPECT_TRUE(testing::fails_with(resolve("demisto/x:2", one), Errc::InvalidInput, "demisto/x:2"));
  EXPECT_TRUE(testing::fails_with(resolve("demisto/x", one), Errc::InvalidInput, "demisto/x:2")) << "the newest";
}

}  // namespace
}  // namespace berth::image
