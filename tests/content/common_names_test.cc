#include "berth/content/common_names.h"

#include <gtest/gtest.h>

namespace berth::content {
namespace {

struct Row {
  const char* name;
  const char* code;
  bool python2;
  const char* lines;
};

const Row kRows[] = {
    {"None", "demisto.results(1)\n", false, ""},
    {"Typing", "def f(d: Dict[str, Any]): pass\n", false, "from typing import Any\nfrom typing import Dict\n"},
    {"TypingInPython2", "def f(): return Dict\n", true, ""},
    {"AfterADot", "import typing\nx = typing.Dict\n", false, ""},
    {"PartOfAWord", "MyDict = resort = 1\n", false, ""},
    {"OwnImport", "from functools import wraps\nwraps(f)\n", false, ""},
    {"ModulesHaveStandIns", "x = json.dumps(re.escape('a'))\n", false, ""},
    {"Datetime", "x = datetime.now() - timedelta(1)\n", true,
     "from datetime import datetime\nfrom datetime import timedelta\n"},
};

class CommonNames : public ::testing::TestWithParam<Row> {};

TEST_P(CommonNames, AreImportedWhereTheyAreUsed) {
  EXPECT_EQ(imports_taken_for_granted(GetParam().code, free_identifiers(GetParam().code), GetParam().python2),
            GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(Table, CommonNames, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::content
