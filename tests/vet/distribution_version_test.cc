#include "berth/vet/distribution_version.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::vet {
namespace {

struct Ordered {
  const char* name;
  Ecosystem ecosystem;
  std::vector<std::vector<const char*>> versions;  // from older to newer, equal ones together
};

const Ordered kOrdered[] = {
    {"Debian",
     Ecosystem::Debian,
     {{"1.0~~"},
      {"1.0~~a"},
      {"1.0~rc1-1"},
      {"1.0~rc1-1+b1"},
      {"1.0", "1.0-0", "0:1.0", "01.00"},
      {"1.0-0ubuntu1"},
      {"1.0-1~deb12u1"},
      {"1.0-1"},
      {"1.0-1+deb12u1"},
      {"1.0a"},
      {"1.0+dfsg-1"},
      {"1.0.1-1"},
      {"1.0.10"},
      {"1:0.1"},
      {"2:0"},
      {"10:0"}}},
    {"Alpine",
     Ecosystem::Alpine,
     {{"0.99"},
      {"1_alpha"},
      {"1_alpha2"},
      {"1_beta"},
      {"1_pre9"},
      {"1_pre20191002222144-r0"},
      {"1_pre20210530193627-r0"},
      {"1_rc_pre"},
      {"1_rc"},
      {"1_rc1"},
      {"1", "01"},
      {"1-r0"},
      {"1-r10"},
      {"1~abc0"},
      {"1_cvs"},
      {"1_git20240101"},
      {"1_p1-r1"},
      {"1_p2"},
      {"1a"},
      {"1a_p1"},
      {"1b"},
      {"1.0"},
      {"1.015"},
      {"1.02.5"},
      {"1.1"},
      {"1.2.10"},
      {"1.11"},
      {"9999999999999999999999"}}},
    {"Rpm",
     Ecosystem::Rpm,
     {{"1.0~rc1-1"},
      {"1.0"},
      {"1.0-1~a"},
      {"1.0-1", "0:1.0-1", "1_0-1", "1.00-01"},
      {"1.0-1^git1"},
      {"1.0-1.el9"},
      {"1.0-1.el10"},
      {"1.0^20240101-1"},
      {"1.0^20240102-1"},
      {"1.0.a"},
      {"1.0.1"},
      {"1.0.10"},
      {"1:0.1-1"},
      {"10:0-1"}}},
    {"PyPI", Ecosystem::PyPI, {{"latest"}, {"nightly"}, {"1.0a1"}, {"1", "1.0"}, {"1.0.post1"}}},
};

class DistributionVersion : public ::testing::TestWithParam<Ordered> {};

TEST_P(DistributionVersion, IsOrderedAsItsToolsDo) {
  const auto& versions = GetParam().versions;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t j = 0; j < versions.size(); ++j) {
      for (const char* a : versions[i]) {
        for (const char* b : versions[j]) {
          EXPECT_EQ(compare_versions(GetParam().ecosystem, a, b), std::weak_ordering(i <=> j)) << a << " and " << b;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, DistributionVersion, ::testing::ValuesIn(kOrdered),
                         [](const auto& row) { return row.param.name; });

struct Validity {
  const char* name;
  Ecosystem ecosystem;
  std::vector<const char*> good;
  std::vector<const char*> bad;
};

const Validity kValidity[] = {
    {"PyPI", Ecosystem::PyPI, {"1.0", "1!2.post3"}, {"", "latest", "1.0-x"}},
    {"Debian",
     Ecosystem::Debian,
     {"1.0", "1:1.0~rc1-2+b1", "1.2-3-4"},
     {"", "a1", ":1", "x:1", "1.0-", "1 0", "1_0", "1.0-1:2", "99999999999:1"}},
    {"Alpine",
     Ecosystem::Alpine,
     {"1", "1.2.3b_rc1_p2~abc-r12", "0.01"},
     {"", "a", "1.", "1..2", "1bc", "1_foo", "1-1", "1-r", "1-r1_p1", "1_p1.2", "1~", "1_rc1a", "1.2 "}},
    {"Rpm", Ecosystem::Rpm, {"1.0", "1:1.0~rc1-2.el9", "1.0^git-1"}, {"", "x:1", "1.0-", "1 0", ":1"}},
};

class VersionValidity : public ::testing::TestWithParam<Validity> {};

TEST_P(VersionValidity, IsTold) {
  for (const char* text : GetParam().good) EXPECT_TRUE(is_valid_version(GetParam().ecosystem, text)) << text;
  for (const char* text : GetParam().bad) EXPECT_FALSE(is_valid_version(GetParam().ecosystem, text)) << text;
  EXPECT_FALSE(is_valid_version(GetParam().ecosystem, std::string(201, '1')));
}

INSTANTIATE_TEST_SUITE_P(Table, VersionValidity, ::testing::ValuesIn(kValidity),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::vet
