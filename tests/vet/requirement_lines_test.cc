#include "berth/vet/requirement_lines.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/requirement_options.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::ok;

struct Split {
  const char* name;
  std::string text;
  std::vector<std::string> lines;  // "NUMBER TEXT"
};

// As pip has them: tests/system/test_vet_references.py asks it about thousands.
const Split kSplits[] = {
    {"Empty", "", {}},
    {"Blank", "\n \n\t\n# x\n", {}},
    {"Ends", "a\nb\r\nc\rd", {"1 a", "2 b", "3 c", "4 d"}},
    {"RareEnds",
     "a\vb\fc\x1c"
     "d\x1d"
     "e\x1e"
     "f",
     {"1 a", "2 b", "3 c", "4 d", "5 e", "6 f"}},
    {"EndsBeyondAscii",
     "a\xc2\x85"
     "b\xe2\x80\xa8"
     "c\xe2\x80\xa9"
     "d",
     {"1 a", "2 b", "3 c", "4 d"}},
    {"NoEnds",
     "a\x1f"
     "b\xc2\xa0"
     "c",
     {"1 a\x1f"
      "b\xc2\xa0"
      "c"}},
    {"EndInAComment", "a # x\rb", {"1 a", "2 b"}},
    {"EndInAMarker", "a ; x\fb", {"1 a ; x", "2 b"}},
    {"Comment", "a#b # c", {"1 a#b"}},
    {"CommentBehindAnyBlank", "a\xc2\xa0# c", {"1 a"}},
    {"BlanksAround", "\xe3\x80\x80 a \x1f", {"1 a"}},
    {"Joined", "a \\\n  --b\\\nc\nd", {"1 a   --bc", "4 d"}},
    {"JoinedOverRareEnds", "a\\\rb", {"1 ab"}},
    {"JoinedWithAComment", "a\\\n# b \\\nc", {"1 a", "3 c"}},
    {"CommentIsNotJoined", "# a \\\nb", {"2 b"}},
    {"CommentBehindIsJoined", "a # b \\\nc", {"1 a"}},
    {"BackslashesOfBothEnds", "\\\\a\\\\\nb", {"1 ab"}},
    {"OpenEnd", "a \\", {"1 a"}},
    {"OpenEndOfNothing", "a\n\\", {"1 a"}},
};

class Lines : public ::testing::TestWithParam<Split> {};

TEST_P(Lines, AreThoseOfPip) {
  std::vector<std::string> found;
  for (RequirementLines lines(GetParam().text); const auto line = lines.next();) {
    found.push_back(fmt::format("{} {}", line->number, line->text));
  }
  EXPECT_EQ(found, GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(Table, Lines, ::testing::ValuesIn(kSplits), [](const auto& row) { return row.param.name; });

struct Encoded {
  const char* name;
  std::string bytes;
  const char* why;  // empty: it is read
};

const Encoded kEncoded[] = {
    {"Plain", "a # \xc3\xa9\n", ""},
    {"Mark",
     "\xef\xbb\xbf"
     "a",
     ""},
    {"MarkCountsMore", "\xef\xbb\xbf# coding: utf-7\n", ""},
    {"Utf8", "# -*- coding: UTF-8 -*-\na", ""},
    {"Ascii", "# vim: set fileencoding=us-ascii :\na", ""},
    {"Utf7", "# -*- coding: utf-7 -*-\na", "line 1 lets pip read it as 'utf-7'"},
    {"Latin1InLineTwo", "#\n#coding=latin-1\na", "line 2 lets pip read it as 'latin-1'"},
    {"InLineThree", "#\n#\n# coding: utf-7\n", ""},
    {"FirstOneCounts", "# coding: utf-8\n# coding: utf-7\n", ""},
    {"NoNameThenOne", "# coding: \xe2\x80\xa6 coding:utf-16\n", "'utf-16'"},
    {"BlanksBetween", "# coding:\r\t rot13\n", "'rot13'"},
    {"NoComment", " # coding: utf-7\na", ""},
    {"NoWord", "# decoding the coding\na", ""},
    {"Utf16",
     std::string("\xff\xfe"
                 "a\0",
                 4),
     "as UTF-16"},
    {"Utf16TheOtherWay", std::string("\xfe\xff\0a", 4), "as UTF-16"},
    {"Utf32", std::string("\xff\xfe\0\0", 4), "as UTF-32"},
    {"NotUtf8", "a # \xe9\n", "is not UTF-8"},
};

class Bytes : public ::testing::TestWithParam<Encoded> {};

TEST_P(Bytes, AreUtf8OrNotRead) {
  const auto text = requirement_text(GetParam().bytes, "r.txt");
  if (std::string_view(GetParam().why).empty()) {
    ASSERT_TRUE(ok(text));
    EXPECT_TRUE(GetParam().bytes.ends_with(*text));
  } else {
    EXPECT_TRUE(fails_with(text, Errc::InvalidInput, GetParam().why));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Bytes, ::testing::ValuesIn(kEncoded), [](const auto& row) { return row.param.name; });

TEST(Variables, AreFoundButForCredentials) {
  EXPECT_EQ(variable_in("a==${VERSION_2}"), "${VERSION_2}");
  EXPECT_EQ(variable_in("a $NAME ${name} ${} ${A"), "");
  EXPECT_EQ(variable_in("-i https://${USER}:${WORD}@host.example/simple"), "");
  EXPECT_EQ(variable_in("-i https://u:${WORD}@${HOST}/simple"), "${HOST}");
  EXPECT_EQ(variable_in("-i https://${HOST}/x@host.example"), "${HOST}");
  EXPECT_EQ(variable_in("-i https://a.example/${B} x@c"), "${B}");
  EXPECT_EQ(variable_in("-i https://${A}@${B}@h/ --extra-index-url https://${C}@h/${D}"), "${D}");
  EXPECT_EQ(variable_in("-i https://${A}@h/ ${B}@"), "${B}");
  std::string many = "-i https://";
  while (many.size() < (std::size_t{4} << 20)) many += "${A}@";
  EXPECT_EQ(variable_in(many + "h/"), "");
}

TEST(ListOptions, AreTakenApart) {
  std::vector<std::string> found;
  const auto options = options_in(R"(--pre -r"a b.txt" --hash=sha256:aa --no-binary  x\ y -i 'z')", "r.txt:1");
  ASSERT_TRUE(ok(options));
  for (const TakenOption& one : *options) found.push_back(one.name + "|" + one.value);
  EXPECT_THAT(found, ElementsAre("--pre|", "-r|a b.txt", "--hash|sha256:aa", "--no-binary|x y", "-i|z"));
}

struct BadOption {
  const char* name;
  const char* text;
  const char* why;
};

const BadOption kBadOptions[] = {
    {"Unknown", "--run-this x", "r.txt:1: '--run-this' is no option of pip that Berth knows"},
    {"Shortened", "--req x", "no option of pip"},
    {"NoValue", "-r", "-r has no value"},
    {"EmptyValue", "--index-url=", "--index-url has no value"},
    {"TooManyValues", "--pre=x", "--pre has no value"},
    {"Word", "--pre x", "'x' belongs to no option"},
    {"OpenQuotation", "-r 'x", "has no end"},
    {"OpenBackslash", "-r x\\", "has no end"},
};

class BadOptions : public ::testing::TestWithParam<BadOption> {};

TEST_P(BadOptions, AreRefused) {
  EXPECT_TRUE(fails_with(options_in(GetParam().text, "r.txt:1"), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadOptions, ::testing::ValuesIn(kBadOptions),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::vet
