#include "berth/vet/package.h"

#include <gtest/gtest.h>

#include "berth/vet/facts.h"
#include "berth/vet/finding.h"

namespace berth::vet {
namespace {

struct Name {
  const char* test;
  Ecosystem ecosystem;
  const char* written;
  const char* normal;
  bool valid;
};

const Name kNames[] = {
    {"Plain", Ecosystem::PyPI, "requests", "requests", true},
    {"Case", Ecosystem::PyPI, "PyYAML", "pyyaml", true},
    {"Runs", Ecosystem::PyPI, "zope.-_interface", "zope-interface", true},
    {"Underscore", Ecosystem::PyPI, "typing_extensions", "typing-extensions", true},
    {"JointInFront", Ecosystem::PyPI, "-x", "-x", false},
    {"JointBehind", Ecosystem::PyPI, "x_", "x-", false},
    {"Empty", Ecosystem::PyPI, "", "", false},
    {"Blank", Ecosystem::PyPI, "a b", "a b", false},
    {"NotAscii", Ecosystem::PyPI, "r\xc3\xa9quests", "r\xc3\xa9quests", false},
    {"DebianKeepsCase", Ecosystem::Debian, "libstdc++6", "libstdc++6", true},
    {"DebianHasNoUnderscore", Ecosystem::Debian, "a_b", "a_b", false},
    {"Alpine", Ecosystem::Alpine, ".python-rundeps", ".python-rundeps", true},
    {"Rpm", Ecosystem::Rpm, "python3-PyYAML", "python3-PyYAML", true},
    {"Path", Ecosystem::Rpm, "../x", "../x", false},
};

class PackageName : public ::testing::TestWithParam<Name> {};

TEST_P(PackageName, HasOneSpelling) {
  const Name& row = GetParam();
  EXPECT_EQ(normal_name(row.ecosystem, row.written), row.normal);
  EXPECT_EQ(is_valid_name(row.ecosystem, row.written), row.valid);
}

INSTANTIATE_TEST_SUITE_P(Table, PackageName, ::testing::ValuesIn(kNames),
                         [](const auto& row) { return row.param.test; });

TEST(Package, KeepsWhatWasWritten) {
  const Package package = make_package(Ecosystem::PyPI, "Zope.Interface", "5.4", "requirements.txt:3");
  EXPECT_EQ(package.name, "zope-interface");
  EXPECT_EQ(text_of(package), "Zope.Interface 5.4");
  EXPECT_EQ(text_of(make_package(Ecosystem::PyPI, "x", "", "command line")), "x");
  EXPECT_FALSE(is_valid_name(Ecosystem::PyPI, std::string(201, 'a')));
}

TEST(Verdict, OfSeveralTheStrongestCounts) {
  EXPECT_EQ(strongest(Verdict::Ask, Verdict::Allow), Verdict::Ask);
  EXPECT_EQ(strongest(Verdict::Ask, Verdict::Refuse), Verdict::Refuse);
  EXPECT_EQ(verdict_text(Verdict::Refuse), "refuse");
}

}  // namespace
}  // namespace berth::vet
