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

}  // namespace
}  // namespace berth::image
