#include "berth/vet/rpm_licence.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::vet {
namespace {

struct Row {
  const char* name;
  std::string text;
  const char* expression;
};
const Row kRows[] = {
    {"Spdx", "GPL-2.0-or-later AND MIT", "GPL-2.0-or-later AND MIT"},
    {"OneName", "ASL 2.0", "Apache-2.0"},
    {"Case", "Gplv2+", "GPL-2.0-or-later"},
    {"And", "GPLv2+ and LGPLv2+", "GPL-2.0-or-later AND LGPL-2.0-or-later"},
    {"Or", "GPL+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl"},
    {"Parentheses", "GPLv3+ and (MIT or ASL 2.0)", "GPL-3.0-or-later AND (MIT OR Apache-2.0)"},
    {"ParenthesesInFront", "(MIT or MPLv2.0) and zlib", "(MIT OR MPL-2.0) AND Zlib"},
    {"Enclosed", "(MIT)", "MIT"},
    {"ParenthesesWithoutBlanks", "MIT and(ISC or zlib)", "MIT AND (ISC OR Zlib)"},
    {"Exceptions", "GPLv2+ with exceptions and MIT", "GPL-2.0-or-later AND MIT"},
    {"Blanks", "  MIT  and  ISC ", "MIT AND ISC"},
    {"Many", "MIT and ISC and zlib", "MIT AND ISC AND Zlib"},
    {"Nothing", "", ""},
    {"Unknown", "Freely redistributable", ""},
    {"OneUnknown", "MIT and Shareware", ""},
    {"Restrictions", "GPLv2 with restrictions", ""},
    {"Mixed", "GPLv2 and ISC or zlib", ""},
    {"Unclosed", "MIT and (ISC or zlib", ""},
    {"Unopened", "MIT) and (ISC", ""},
    {"NothingInParentheses", "MIT and ()", ""},
    {"EndsEarly", "MIT and", ""},
    {"BeginsLate", "and MIT", ""},
    {"Deep", std::string(50, '(') + "ASL 2.0" + std::string(50, ')'), ""},
    {"Long", std::string(3000, 'x'), ""},
    {"OnlyParentheses", std::string(1000, '(') + std::string(1000, ')'), ""},
};

class RpmLicence : public ::testing::TestWithParam<Row> {};
TEST_P(RpmLicence, IsRead) { EXPECT_EQ(spdx_of_rpm_licence(GetParam().text), GetParam().expression); }
INSTANTIATE_TEST_SUITE_P(Table, RpmLicence, ::testing::ValuesIn(kRows), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::vet
