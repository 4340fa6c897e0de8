#include "berth/vet/python_version.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "berth/vet/python_specifier.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using testing::fails_with;
using testing::ok;

// From older to newer: each row is newer than all above it, and its spellings are equal.
const std::vector<std::vector<const char*>> kInOrder = {
    {"0.dev0"},
    {"1.dev0", "1.0.dev", "v1.0.0-DEV0"},
    {"1.0.dev456", "1.dev0456"},
    {"1.0a1", "1.0-ALPHA.1", "1a-1", "1.0.a1"},
    {"1.0a2.dev456"},
    {"1.0a12.dev456"},
    {"1.0a12", "1.0alpha12"},
    {"1.0b1.dev456"},
    {"1.0b2", "1.0_beta_2"},
    {"1.0b2.post345.dev456"},
    {"1.0b2.post345", "1.0b2-345", "1.0b2rev345"},
    {"1.0rc1.dev456"},
    {"1.0rc1", "1.0c1", "1.0pre1", "1.0-preview1"},
    {"1.0", "1", "1.0.0.0", " 01.00 ", "0!1"},
    {"1.0+abc.5"},
    {"1.0+abc.7"},
    {"1.0+5"},
    {"1.0+5.0", "1.0+5-0", "1.0+5_00"},
    {"1.0.post456.dev34"},
    {"1.0.post456", "1.0-456", "1.0-r456"},
    {"1.1.dev1"},
    {"1.10"},
    {"20240101"},
    {"99999999999999999999999999.1"},
    {"1!0.1", "1!0.1.0"},
    {"10!0"},
};

TEST(PythonVersion, IsOrderedAsPep440Says) {
  for (std::size_t i = 0; i < kInOrder.size(); ++i) {
    for (std::size_t j = 0; j < kInOrder.size(); ++j) {
      for (const char* a : kInOrder[i]) {
        for (const char* b : kInOrder[j]) {
          const auto left = PythonVersion::parse(a);
          const auto right = PythonVersion::parse(b);
          ASSERT_TRUE(ok(left));
          ASSERT_TRUE(ok(right));
          EXPECT_EQ(*left <=> *right, i <=> j) << a << " and " << b;
          EXPECT_EQ(*left == *right, i == j) << a << " and " << b;
        }
      }
    }
  }
}

struct Normal {
  const char* name;
  const char* written;
  const char* text;
};

const Normal kNormal[] = {
    {"Whole", "1!2.0rc1.post2.dev3+Ubuntu-4", "1!2.0rc1.post2.dev3+ubuntu.4"},
    {"Zeros", "v007.010.0a09", "7.10.0a9"},
    {"NoNumbers", "1.a.post.dev", "1a0.post0.dev0"},
    {"PostByHyphen", "1.0-1", "1.0.post1"},
    {"JointAtTheEnd", "1.0a-", "1.0a0"},
};

class NormalForm : public ::testing::TestWithParam<Normal> {};

TEST_P(NormalForm, IsWritten) {
  const auto version = PythonVersion::parse(GetParam().written);
  ASSERT_TRUE(ok(version));
  EXPECT_EQ(version->text(), GetParam().text);
  EXPECT_EQ(PythonVersion::parse(version->text()), *version);
}

INSTANTIATE_TEST_SUITE_P(Table, NormalForm, ::testing::ValuesIn(kNormal),
                         [](const auto& row) { return row.param.name; });

TEST(PythonVersion, RefusesWhatIsNone) {
  for (const char* text : {"", " ", "latest", "1.0.", "1..0", "1.0+", "1.0+a..b", "1.0 a1", "!1", "1!", "1!!2", "1.0-x",
                           "1.0a1b1", "1.0.post1.post2", "==1.0", "1.0+\xc3\xa9", "1-1-1"}) {
    EXPECT_TRUE(fails_with(PythonVersion::parse(text), Errc::InvalidInput, "is no version of a Python package"))
        << text;
  }
  EXPECT_TRUE(fails_with(PythonVersion::parse(std::string(201, '1')), Errc::InvalidInput, "at most 200"));
  EXPECT_TRUE(ok(PythonVersion::parse(std::string(200, '9'))));
}

struct Taken {
  const char* name;
  const char* specifiers;
  std::vector<const char*> yes;
  std::vector<const char*> no;
};

const Taken kTaken[] = {
    {"None", "", {"1", "0.dev0", "1+x", "latest"}, {}},
    {"Equal", "==1.0", {"1", "1.0.0", "1.0+local"}, {"1.0.post1", "1.0a1", "1.1"}},
    {"EqualLocal", "==1.0+a.1", {"1+a.1"}, {"1.0", "1.0+a.2"}},
    {"Prefix", "==1.2.*", {"1.2", "1.2.9", "1.2a1", "1.2.post1", "1.2+x"}, {"1.20", "1.3", "1!1.2"}},
    {"PrefixPads", "==1.0.*", {"1", "1.0.1"}, {"1.1"}},
    {"NotPrefix", "!=1.2.*", {"1.3", "1"}, {"1.2.dev1"}},
    {"Compatible", "~=2.2", {"2.2", "2.9", "2.2.post3"}, {"2.1", "3.0", "3.dev1"}},
    {"CompatibleThree", "~=1.4.5a4", {"1.4.5a4", "1.4.5", "1.4.9"}, {"1.4.5a3", "1.5"}},
    {"AtMostTakesLocals", "<=1.0", {"1.0+x", "0.9"}, {"1.0.post1"}},
    {"BelowTakesNoPreReleaseOfIt", "<2", {"1.9", "1.9.post1"}, {"2.0a1", "2.dev0", "2"}},
    {"BelowPreRelease", "<2a2", {"2a1", "2.dev0"}, {"2a2"}},
    {"BelowPost", "<2.post1", {"2", "2+x"}, {"2.post1.dev1"}},
    {"AboveTakesNoPostOfIt", ">1.7", {"1.7.1", "1.8a1"}, {"1.7.0.post1", "1.7+x", "1.7"}},
    {"AbovePost", ">1.7.post2", {"1.7.post3"}, {"1.7.post2+x", "1.7.post1"}},
    {"AbovePreRelease", ">1.7a1", {"1.7a2", "1.7", "1.7.post1"}, {"1.7a1.post1"}},
    {"Identical", "===1.0", {"1.0"}, {"1.0.0", "1"}},
    {"IdenticalAnyText", "===Latest", {"latest"}, {"1"}},
    {"All", ">=1.4, !=1.5.*, <2,", {"1.4", "1.6"}, {"1.5.1", "2", "1.3"}},
};

class Specifiers : public ::testing::TestWithParam<Taken> {};

TEST_P(Specifiers, TakeVersions) {
  const auto specifiers = PythonSpecifiers::parse(GetParam().specifiers);
  ASSERT_TRUE(ok(specifiers));
  for (const char* version : GetParam().yes) EXPECT_TRUE(specifiers->contains(version)) << version;
  for (const char* version : GetParam().no) EXPECT_FALSE(specifiers->contains(version)) << version;
}

INSTANTIATE_TEST_SUITE_P(Table, Specifiers, ::testing::ValuesIn(kTaken),
                         [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  const char* specifiers;
  const char* why;
};

const Bad kBad[] = {
    {"NoOperator", "1.0", "write an operator in front"},
    {"SecondOfTwo", ">1,<x", "'<x' is no version specifier"},
    {"PrefixWithBelow", "<1.*", "'.*' needs '==' or '!='"},
    {"PrefixOfPreRelease", "==1.0a1.*", "before '.*' stand numbers alone"},
    {"LocalWithBelow", "<1.0+x", "a local version needs"},
    {"CompatibleWithOne", "~=1", "'~=' needs two numbers"},
    {"IdenticalEmpty", "===", "'===' needs one word"},
    {"OperatorAlone", ">=", "is no version of a Python package"},
};

class BadSpecifiers : public ::testing::TestWithParam<Bad> {};

TEST_P(BadSpecifiers, AreRefusedWithReason) {
  EXPECT_TRUE(fails_with(PythonSpecifiers::parse(GetParam().specifiers), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadSpecifiers, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(Specifiers, NameTheOneVersionTheyWant) {
  EXPECT_EQ(PythonSpecifiers::parse(">1,==1.2.3")->exact(), "1.2.3");
  EXPECT_EQ(PythonSpecifiers::parse("===1.2.3")->exact(), "1.2.3");
  EXPECT_EQ(PythonSpecifiers::parse("==1.2.*")->exact(), std::nullopt);
  EXPECT_EQ(PythonSpecifiers::parse("")->exact(), std::nullopt);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "!=1,";
  EXPECT_TRUE(fails_with(PythonSpecifiers::parse(many), Errc::InvalidInput, "more than 100"));
}

}  // namespace
}  // namespace berth::vet
