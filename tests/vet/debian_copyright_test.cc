#include "berth/vet/debian_copyright.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

struct Label {
  const char* test;
  const char* label;
  const char* expression;
};

const Label kLabels[] = {
    {"Expat", "Expat", "MIT"},
    {"GnuOrLater", "GPL-2+", "GPL-2.0-or-later"},
    {"GnuOnly", "LGPL-2.1", "LGPL-2.1-only"},
    {"GnuDotted", "GPL-3.0+", "GPL-3.0-or-later"},
    {"Spdx", "Apache-2.0", "Apache-2.0"},
    {"Or", "GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl"},
    {"And", "Expat and BSD-3-clause", "MIT AND BSD-3-Clause"},
    {"AndBinds", "GPL-2 or Expat and ISC", "GPL-2.0-only OR MIT AND ISC"},
    {"CommaAnd", "GPL-2 or Expat, and ISC", "(GPL-2.0-only OR MIT) AND ISC"},
    {"Exception", "GPL-2+ with OpenSSL exception", "GPL-2.0-or-later"},
    {"MitIsAmbiguous", "MIT", ""},
    {"PublicDomain", "public-domain", ""},
    {"OneIsUnknown", "Expat or Mine", ""},
    {"Empty", "", ""},
};

class DebianLabel : public ::testing::TestWithParam<Label> {};

TEST_P(DebianLabel, BecomesAnExpression) { EXPECT_EQ(spdx_of_debian_label(GetParam().label), GetParam().expression); }

INSTANTIATE_TEST_SUITE_P(Table, DebianLabel, ::testing::ValuesIn(kLabels), [](auto& row) { return row.param.test; });

const char* const kFile =
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
    "Files: *\nCopyright: 2020 A\nLicense: Expat\n\n"
    "Files: debian/*\nLicense: GPL-2+\n This program is free\n .\n software\nComment: none\n\n"
    "License: Expat\n Permission is hereby granted\n";

TEST(DebianCopyright, ReadsItsFields) {
  const auto read = parse_debian_copyright(kFile);
  ASSERT_TRUE(testing::ok(read));
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ((*read)[0].label, "Expat");
  EXPECT_EQ((*read)[0].text, "");
  EXPECT_EQ((*read)[1].text, "This program is free\n\nsoftware\n");
  const auto statements = debian_licence_statements(kFile);
  ASSERT_TRUE(testing::ok(statements));
  ASSERT_EQ(statements->size(), 2U);
  EXPECT_EQ((*statements)[1].expression, "GPL-2.0-or-later");
}

TEST(DebianCopyright, RecognisesOtherFilesByTheirText) {
  const auto statements = debian_licence_statements("It is under the GNU General Public License, version 2.\n");
  ASSERT_TRUE(testing::ok(statements));
  ASSERT_EQ(statements->size(), 1U);
  EXPECT_EQ((*statements)[0].expression, "GPL-2.0-only");
  const auto nothing = debian_licence_statements("nothing is said\n");
  ASSERT_TRUE(testing::ok(nothing));
  EXPECT_EQ((*nothing)[0].expression, "");
}

TEST(DebianCopyright, IsBounded) {
  EXPECT_TRUE(testing::fails_with(parse_debian_copyright(std::string((4 << 20) + 1, 'a')), Errc::Exhausted, "bytes"));
  EXPECT_EQ(spdx_of_debian_label(std::string(100'000, '(') + " or x"), "");
}

}  // namespace
}  // namespace berth::vet
