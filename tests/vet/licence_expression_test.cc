#include "berth/vet/licence_expression.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "berth/vet/known_list.h"
#include "berth/vet/licence_rules.h"
#include "berth/vet/spdx_list.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using testing::fails_with;
using testing::ok;

struct Good {
  const char* name;
  const char* written;
  const char* text;  // the normal form
};

const Good kGood[] = {
    {"Plain", "MIT", "MIT"},
    {"AnyCase", "mit and APACHE-2.0", "MIT AND Apache-2.0"},
    {"Plus", "Apache-1.1+", "Apache-1.1+"},
    {"GnuPlus", "GPL-2.0+", "GPL-2.0-or-later"},
    {"GnuOnly", "gpl-3.0-ONLY", "GPL-3.0-only"},
    {"OldGnu", "LGPL-2.1", "LGPL-2.1-only"},
    {"OldWithException", "GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"},
    {"OldECos", "eCos-2.0", "GPL-2.0-or-later WITH eCos-exception-2.0"},
    {"OldWithout", "Nunit", "Nunit"},
    {"With", "Apache-2.0 with llvm-EXCEPTION", "Apache-2.0 WITH LLVM-exception"},
    {"AndBindsMore", "MIT OR ISC AND Zlib", "MIT OR ISC AND Zlib"},
    {"Parentheses", "(MIT OR ISC) AND (Zlib)", "(MIT OR ISC) AND Zlib"},
    {"Needless", "((MIT AND (ISC AND Zlib)))", "MIT AND ISC AND Zlib"},
    {"Reference", "LicenseRef-Ours AND DocumentRef-a.b:LicenseRef-x",
     "LicenseRef-Ours AND DocumentRef-a.b:LicenseRef-x"},
    {"Addition", "MIT WITH AdditionRef-x", "MIT WITH AdditionRef-x"},
    {"Blanks", "\tMIT\n  OR(ISC)", "MIT OR ISC"},
};

class GoodExpression : public ::testing::TestWithParam<Good> {};

TEST_P(GoodExpression, HasANormalForm) {
  const auto expression = parse_licence_expression(GetParam().written);
  ASSERT_TRUE(ok(expression));
  EXPECT_EQ(expression->text(), GetParam().text);
  EXPECT_EQ(*parse_licence_expression(expression->text()), *expression);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodExpression, ::testing::ValuesIn(kGood),
                         [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  std::string text;
  const char* why;
};

const Bad kBad[] = {
    {"Empty", "", "at the end: expected the id of a licence"},
    {"Unknown", "MIT AND Foo", "byte 8, 'Foo': is no licence of the SPDX list"},
    {"None", "NONE", "is no licence"},
    {"NoAssertion", "NOASSERTION", "is no licence"},
    {"Words", "MIT License", "'License': expected AND or OR"},
    {"Comma", "MIT, ISC", "',': expected AND or OR"},
    {"Slash", "MIT/ISC", "'/': expected AND or OR"},
    {"OperatorAlone", "AND", "expected the id of a licence"},
    {"TwoOperators", "MIT AND OR ISC", "'OR': expected the id"},
    {"Open", "(MIT", "at the end: expected ')'"},
    {"Closed", "MIT)", "')': expected AND or OR"},
    {"Nothing", "()", "')': expected the id"},
    {"WithNothing", "MIT WITH", "at the end: is no exception"},
    {"WithLicence", "MIT WITH ISC", "'ISC': is no exception"},
    {"ExceptionAlone", "LLVM-exception", "is no licence"},
    {"TwoExceptions", "GPL-2.0 WITH LLVM-exception WITH LLVM-exception", "expected AND or OR"},
    {"TwoExceptionsOfOld", "wxWindows WITH LLVM-exception", "has an exception already"},
    {"PlusApart", "Apache-2.0 +", "'+': expected AND or OR"},
    {"PlusOfReference", "LicenseRef-x+", "'+' cannot follow a LicenseRef"},
    {"BareReference", "LicenseRef-", "is no licence"},
    {"ReferenceInReference", "LicenseRef-a:LicenseRef-b", "is no licence"},
    {"ControlCharacter", "MIT\x1b[31m", "'\\x1b'"},
};

class BadExpression : public ::testing::TestWithParam<Bad> {};

TEST_P(BadExpression, IsRefusedWithItsPlace) {
  EXPECT_TRUE(fails_with(parse_licence_expression(GetParam().text), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadExpression, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(LicenceExpression, IsBounded) {
  EXPECT_TRUE(fails_with(parse_licence_expression(std::string(17000, ' ')), Errc::Exhausted, "at most"));
  EXPECT_TRUE(fails_with(parse_licence_expression(std::string(60, '(') + "MIT" + std::string(60, ')')), Errc::Exhausted,
                         "too deep"));
  EXPECT_TRUE(ok(parse_licence_expression(std::string(50, '(') + "MIT" + std::string(50, ')'))));
  std::string many = "MIT";
  for (int i = 0; i < 1000; ++i) many += " OR MIT";
  EXPECT_TRUE(fails_with(parse_licence_expression(many), Errc::Exhausted, "1000"));
}

struct Worth {
  const char* name;
  const char* expression;
  Verdict verdict;
};

// By the rules that nobody has changed.
const Worth kWorth[] = {
    {"Permissive", "MIT", Verdict::Allow},
    {"CopyleftFirst", "GPL-3.0-only AND MIT", Verdict::Refuse},
    {"CopyleftLast", "MIT AND GPL-3.0-only", Verdict::Refuse},
    {"Choice", "MIT OR GPL-3.0-only", Verdict::Allow},
    {"ChoiceInside", "(MIT OR GPL-3.0-only) AND ISC", Verdict::Allow},
    {"NoChoiceInside", "(MIT AND GPL-3.0-only) OR (ISC AND AGPL-3.0-or-later)", Verdict::Refuse},
    {"NonCommercial", "CC-BY-NC-4.0", Verdict::Refuse},
    {"Reference", "LicenseRef-NOT-MIT", Verdict::Ask},
    {"ReferenceOrCopyleft", "LicenseRef-x OR GPL-2.0", Verdict::Ask},
    {"ReferenceAndCopyleft", "LicenseRef-x AND GPL-2.0", Verdict::Refuse},
    {"Exception", "Apache-2.0 WITH LLVM-exception", Verdict::Allow},
    {"OwnException", "Apache-2.0 WITH AdditionRef-x", Verdict::Ask},
    {"Psf", "PSF-2.0", Verdict::Allow},
    {"Python", "Python-2.0", Verdict::Allow},
    {"Dedication", "CC0-1.0", Verdict::Allow},
    {"WeakCopyleft", "EPL-2.0", Verdict::Allow},
    {"Bsd4", "BSD-4-Clause", Verdict::Allow},
    {"ZeroBsd", "0BSD", Verdict::Allow},
    {"NoNuclear", "BSD-3-Clause-No-Nuclear-License", Verdict::Refuse},
    {"OfNoGroup", "Abstyles", Verdict::Ask},
    {"AnyOsi", "any-OSI", Verdict::Ask},
};

class ExpressionWorth : public ::testing::TestWithParam<Worth> {};

TEST_P(ExpressionWorth, IsByTheDefaultRules) {
  const auto expression = parse_licence_expression(GetParam().expression);
  ASSERT_TRUE(ok(expression));
  EXPECT_EQ(LicenceRules().verdict_of(*expression), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(Table, ExpressionWorth, ::testing::ValuesIn(kWorth),
                         [](const auto& row) { return row.param.name; });

struct Match {
  const char* name;
  const char* licence;
  const char* entry;
  bool matches;
};

const Match kMatches[] = {
    {"Same", "MIT", "mit", true},
    {"Other", "MIT", "MIT-0", false},
    {"NumbersOfClauses", "BSD-2-Clause+", "BSD-3-Clause", false},
    {"LaterChosen", "Apache-1.1+", "Apache-2.0", true},
    {"EarlierIsNot", "Apache-2.0+", "Apache-1.1", false},
    {"EntryOrLater", "GPL-3.0-only", "GPL-2.0-or-later", true},
    {"EntryOrLaterIsNotEarlier", "GPL-1.0-only", "GPL-2.0-or-later", false},
    {"OnlyIsNotLater", "GPL-3.0-only", "GPL-2.0-only", false},
    {"OtherStem", "LGPL-3.0-only", "GPL-2.0-or-later", false},
    {"OtherEnd", "CC-BY-3.0-AT", "CC-BY-2.0+", false},
    {"LetterVersions", "LPPL-1.3a+", "LPPL-1.3c", true},
    {"ExceptionPermitsMore", "GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only", true},
    {"ExceptionAsked", "GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0", false},
    {"OtherException", "GPL-2.0 WITH GCC-exception-2.0", "GPL-2.0 WITH Classpath-exception-2.0", false},
    {"UnknownAddition", "MIT WITH AdditionRef-x", "MIT", false},
    {"Reference", "LicenseRef-Ours", "LicenseRef-Ours", true},
};

class EntryMatch : public ::testing::TestWithParam<Match> {};

TEST_P(EntryMatch, KnowsVersionsAndExceptions) {
  const auto licence = parse_licence_entry(GetParam().licence);
  const auto entry = parse_licence_entry(GetParam().entry);
  ASSERT_TRUE(ok(licence));
  ASSERT_TRUE(ok(entry));
  EXPECT_EQ(matches_entry(*licence, *entry), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(Table, EntryMatch, ::testing::ValuesIn(kMatches),
                         [](const auto& row) { return row.param.name; });

TEST(LicenceRules, ListsGoBeforeGroupsAndTheStrongestFirst) {
  const auto term = [](const char* text) { return *parse_licence_entry(text); };
  LicenceRules rules;
  rules.allowed = {term("GPL-2.0-only WITH Classpath-exception-2.0"), term("LicenseRef-Ours"), term("ISC")};
  rules.asked = {term("Zlib"), term("ISC")};
  rules.refused = {term("GPL-3.0-only"), term("MPL-2.0")};
  EXPECT_EQ(rules.verdict_of(term("GPL-2.0-only WITH Classpath-exception-2.0")), Verdict::Allow);
  EXPECT_EQ(rules.verdict_of(term("GPL-2.0-only")), Verdict::Refuse);
  EXPECT_EQ(rules.verdict_of(term("LicenseRef-Ours")), Verdict::Allow);
  EXPECT_EQ(rules.verdict_of(term("Zlib")), Verdict::Ask);
  EXPECT_EQ(rules.verdict_of(term("ISC")), Verdict::Ask);
  EXPECT_EQ(rules.verdict_of(term("MPL-2.0")), Verdict::Refuse);
  rules.groups[LicenceGroup::Copyleft] = Verdict::Allow;
  // One may take version 2 of it, whatever is thought of 3.
  EXPECT_EQ(rules.verdict_of(term("GPL-2.0-or-later")), Verdict::Allow);
  EXPECT_EQ(rules.verdict_of(term("GPL-3.0-or-later")), Verdict::Refuse);
  EXPECT_TRUE(fails_with(parse_licence_entry("MIT OR ISC"), Errc::InvalidInput, "write an entry for each"));
}

TEST(LicenceRules, NameWhatDecides) {
  const auto expression = parse_licence_expression("MIT AND GPL-3.0-only AND CC-BY-NC-4.0 AND GPL-3.0-only");
  EXPECT_EQ(LicenceRules().reasons_of(*expression),
            (std::vector<std::string>{"GPL-3.0-only (copyleft)", "CC-BY-NC-4.0 (restrictive)"}));
  EXPECT_EQ(LicenceRules().reasons_of(*parse_licence_expression("LicenseRef-x")),
            std::vector<std::string>{"LicenseRef-x (not listed)"});
}

TEST(SpdxList, IsWholeAndReadsItself) {
  EXPECT_EQ(built_in_list(ListKind::Licences).info.entries, 734u);
  EXPECT_EQ(built_in_list(ListKind::Exceptions).info.entries, 67u);
  EXPECT_EQ(find_spdx_licence("apache-2.0")->id, "Apache-2.0");
  EXPECT_EQ(find_spdx_licence("Apache-2.1"), nullptr);
  EXPECT_EQ(find_spdx_licence(""), nullptr);
  for (const SpdxId& one : spdx_licences()) {
    EXPECT_TRUE(ok(parse_licence_expression(one.id))) << one.id;
    if (one.is_deprecated()) {
      EXPECT_TRUE(ok(parse_licence_expression(one.replacement))) << one.replacement;
    }
  }
  EXPECT_EQ(std::ranges::count(built_in_list(ListKind::Licences).text, '\t'), 26);
}

TEST(SpdxList, EveryGroupIsFilledWithIdsOfTheList) {
  EXPECT_EQ(group_of_licence("MIT"), LicenceGroup::Permissive);
  EXPECT_EQ(group_of_licence("MPL-2.0"), LicenceGroup::WeakCopyleft);
  EXPECT_EQ(group_of_licence("AGPL-3.0-only"), LicenceGroup::Copyleft);
  EXPECT_EQ(group_of_licence("SSPL-1.0"), LicenceGroup::Restrictive);
  EXPECT_EQ(group_of_licence("no such licence"), LicenceGroup::Other);
  EXPECT_EQ(group_text(LicenceGroup::WeakCopyleft), "weak-copyleft");
}

}  // namespace
}  // namespace berth::vet
