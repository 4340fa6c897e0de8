#include "berth/vet/python_licence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "berth/vet/licence_rules.h"

namespace berth::vet {
namespace {

using ::testing::IsEmpty;

// What the default rules make of the statement that counts most; nothing said and nothing understood is asked.
Verdict verdict_of(const std::vector<LicenceStatement>& statements) {
  if (statements.empty() || statements[0].expression.empty()) return Verdict::Ask;
  return LicenceRules().verdict_of(*parse_licence_expression(statements[0].expression));
}

struct Row {
  const char* test;
  CoreMetadata metadata;
  bool passes;
};

CoreMetadata expression(const char* text) { return {.licence_expression = text}; }
CoreMetadata field(const char* text) { return {.licence = text}; }
CoreMetadata classifier(const char* text) { return {.classifiers = {text}}; }

// The rows of the issue: these refuse or ask, those pass.
const Row kRows[] = {
    {"MitAndGpl", expression("MIT AND GPL-3.0-only"), false},
    {"GplAndMit", expression("GPL-3.0-only AND MIT"), false},
    {"NonCommercial", expression("CC-BY-NC-4.0"), false},
    {"LimitedUseOnly", field("LIMITED USE ONLY"), false},
    {"LicenseRef", expression("LicenseRef-NOT-MIT"), false},
    {"NotApache", field("Not Apache licensed; proprietary"), false},
    {"Unknown", field("UNKNOWN"), false},
    {"Empty", field(""), false},
    {"OnlyApproved", classifier("License :: OSI Approved"), false},
    {"ProprietaryClassifier", classifier("License :: Other/Proprietary License"), false},
    {"UnknownClassifier", classifier("License :: OSI Approved :: My Own License"), false},
    {"NoExpression", expression("MIT or so"), false},
    {"MitOrGpl", expression("MIT OR GPL-3.0-only"), true},
    {"ApacheWithLlvm", expression("Apache-2.0 WITH LLVM-exception"), true},
    {"Psf", expression("PSF-2.0"), true},
    {"Python", expression("Python-2.0"), true},
    {"BsdClassifier", classifier("License :: OSI Approved :: BSD License"), true},
    {"Cc0", expression("CC0-1.0"), true},
    {"Epl", expression("EPL-2.0"), true},
    {"ApacheByName", field("Apache License, Version 2.0"), true},
    {"MitByName", field("The MIT License (MIT)"), true},
};

class FailClosed : public ::testing::TestWithParam<Row> {};

TEST_P(FailClosed, ByItsStatement) {
  EXPECT_EQ(verdict_of(python_licence_statements(GetParam().metadata, {})) == Verdict::Allow, GetParam().passes);
}

INSTANTIATE_TEST_SUITE_P(Table, FailClosed, ::testing::ValuesIn(kRows), [](auto& row) { return row.param.test; });

TEST(PythonLicence, OrdersItsStatements) {
  const CoreMetadata metadata = {.licence_expression = "MIT",
                                 .licence = "BSD",
                                 .classifiers = {"Topic :: X", "License :: OSI Approved",
                                                 "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
                                                 "License :: OSI Approved :: MIT License"}};
  const auto statements = python_licence_statements(
      metadata, {{"licenses/LICENSE", "GNU General Public License, version 2 or later"}, {"NOTICE", "thanks to all"}});
  ASSERT_EQ(statements.size(), 4U);
  EXPECT_EQ(statements[0].source, "License-Expression");
  EXPECT_EQ(statements[1].expression, "GPL-3.0-only AND MIT");
  EXPECT_EQ(statements[2].expression, "BSD-2-Clause AND BSD-3-Clause");
  EXPECT_EQ(statements[3].source, "licenses/LICENSE");
  EXPECT_EQ(statements[3].expression, "GPL-2.0-or-later");
}

TEST(PythonLicence, AgreesWhereOneSaysLess) {
  EXPECT_FALSE(contradict("BSD-3-Clause", "BSD-2-Clause AND BSD-3-Clause"));
  EXPECT_FALSE(contradict("MIT", "mit"));
  EXPECT_FALSE(contradict("GPL-3.0-only", "GPL-3.0-or-later"));
  EXPECT_TRUE(contradict("MIT", "GPL-2.0-only"));
  EXPECT_TRUE(contradict("MIT", "Apache-2.0"));
}

TEST(PythonLicence, SeesWhatTakesRightsAway) {
  for (const char* said : {"Proprietary, contact us: no commercial use", "Acme Proprietary", "Free for academic use",
                           "LIMITED USE ONLY", "Not for redistribution"}) {
    const auto statements = python_licence_statements(field(said), {});
    ASSERT_EQ(statements.size(), 1U) << said;
    EXPECT_EQ(statements[0].expression, "") << said;
    EXPECT_NE(statements[0].restriction, "") << said;
  }
  for (const char* said : {"see the file", "BSD-like", "MIT", "Apache License, Version 2.0"}) {
    EXPECT_EQ(python_licence_statements(field(said), {})[0].restriction, "") << said;
  }
}

TEST(PythonLicence, TellsWhatIsStatedTwice) {
  const auto read = parse_core_metadata(
      "Name: a\nVersion: 1\nLicense-Expression: MIT\nLicense-Expression: MIT\nLicense-Expression: GPL-3.0-only\n");
  ASSERT_TRUE(read.has_value());
  const auto statements = python_licence_statements(*read, {});
  ASSERT_EQ(statements.size(), 2U);
  EXPECT_EQ(statements[0].expression, "MIT");
  EXPECT_EQ(statements[1].source, "licence stated again");
  EXPECT_EQ(statements[1].expression, "GPL-3.0-only");
  EXPECT_NE(python_licence_statements({.licence_expression = "MIT", .licences_again = {"ours"}}, {})[1].restriction,
            "");
}

TEST(PythonLicence, LooksAtAllThatMayHoldALicence) {
  for (const char* path : {"LICENSE.txt", "NOTICE", "licenses/vendor/COPYING", "licenses/vendor/a.txt"}) {
    EXPECT_TRUE(may_hold_licence(path)) << path;
  }
  EXPECT_FALSE(may_hold_licence("RECORD"));
  EXPECT_FALSE(may_hold_licence("sboms/a.json"));
  const auto statements = python_licence_statements(
      expression("MIT"), {{"licenses/AUTHORS", "Jane must be asked before she is named"},
                          {"NOTICE", "Commercial use is forbidden."},
                          {"licenses/LICENSE", "Commercial License. All rights reserved. Contact sales@acme.example"},
                          {"licenses/large.txt", "", "it is too large"}});
  ASSERT_EQ(statements.size(), 4U);
  for (std::size_t i = 1; i < statements.size(); ++i) EXPECT_NE(statements[i].restriction, "") << statements[i].source;
}

std::string common_text(const char* name) {
  std::ifstream in(std::string("/usr/share/common-licenses/") + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(PythonLicence, TakesTheGplBesideTheLgplForAPartOfIt) {
  const std::string general = common_text("GPL-3");
  const std::string lesser = common_text("LGPL-3");
  if (general.empty() || lesser.empty()) GTEST_SKIP() << "the texts are not installed";
  const std::vector<LicenceFile> files = {{"licenses/COPYING", general}, {"licenses/COPYING.LESSER", lesser}};
  const auto of_lesser = python_licence_statements(field("LGPLv3+"), files);
  ASSERT_EQ(of_lesser.size(), 3U);
  EXPECT_EQ(of_lesser[1].expression, "LGPL-3.0-only");
  EXPECT_EQ(of_lesser[2].expression, "LGPL-3.0-only");
  EXPECT_EQ(python_licence_statements(field("LGPLv3+"), {files[0]})[1].expression, "GPL-3.0-only");
  EXPECT_EQ(python_licence_statements(field("MIT"), files)[1].expression, "GPL-3.0-only");
  std::vector<LicenceFile> more = files;
  more.push_back({"licenses/tool", "under the GNU GPL, version 3"});
  EXPECT_EQ(python_licence_statements(field("LGPLv3+"), more)[3].expression, "GPL-3.0-only");
}

TEST(PythonLicence, ReadsWholeTextsInTheField) {
  const auto statements =
      python_licence_statements(field("This is free\nunder the Apache License, Version 2.0, see there"), {});
  ASSERT_EQ(statements.size(), 1U);
  EXPECT_EQ(statements[0].expression, "Apache-2.0");
  EXPECT_EQ(statements[0].text, "This is free");
}

TEST(PythonLicence, HasNothingToSay) {
  EXPECT_THAT(python_licence_statements({}, {}), IsEmpty());
  const auto unknown = python_licence_statements({}, {{"LICENSE.txt", "all rights reserved"}});
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_EQ(unknown[0].expression, "");
  EXPECT_TRUE(is_licence_file_name("licenses/COPYING.LESSER"));
  EXPECT_FALSE(is_licence_file_name("RECORD"));
}

// Each name of the tables is an expression that SPDX has.
TEST(PythonLicence, KnowsOnlyRealLicences) {
  for (const char* tail :
       {"MIT License", "BSD License", "zlib/libpng License", "Public Domain", "CMU License (MIT-CMU)"}) {
    const auto spdx = spdx_of_classifier(std::string("License :: OSI Approved :: ") + tail);
    ASSERT_TRUE(spdx.has_value());
    EXPECT_TRUE(parse_licence_expression(*spdx).has_value()) << *spdx;
  }
  EXPECT_FALSE(spdx_of_classifier("Topic :: Software").has_value());
}

}  // namespace
}  // namespace berth::vet
