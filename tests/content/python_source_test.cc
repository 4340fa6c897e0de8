#include "berth/content/python_source.h"

#include <gtest/gtest.h>

namespace berth::content {
namespace {

struct CleanRow {
  const char* name;
  const char* code;
  const char* cleaned;
};

const CleanRow kCleaned[] = {
    {"All",
     "import demistomock as demisto\nfrom CommonServerPython import *\nfrom CommonServerUserPython import *\nx\n",
     "\n\n\nx\n"},
    {"Future", "from __future__ import print_function\nx\n", "\nx\n"},
    {"OtherFuture", "from __future__ import annotations\n", "from __future__ import annotations\n"},
    {"Comment", "from CommonServerPython import *  # noqa: F401, E402\nx", "\nx"},
    {"Blanks", "import demistomock as demisto \t \nx", "\nx"},
    {"LastLineWithoutEnd", "x\nimport demistomock as demisto", "x\n"},
    {"CarriageReturns", "import demistomock as demisto\r\nx\r\n", "\nx\r\n"},
    {"Anywhere", "x = 1\nfrom CommonServerPython import *\ny = 2\n", "x = 1\n\ny = 2\n"},
    {"IndentedBlockIsNotLeftEmpty",
     "try:\n    import demistomock as demisto\nexcept E:\n\tfrom CommonServerPython import * # x\n",
     "try:\n    pass\nexcept E:\n\tpass\n"},
    {"Semicolon", "import demistomock as demisto; import os\n", "import os\n"},
    {"LongerName", "import demistomock as demistomock\n", "import demistomock as demistomock\n"},
    {"InAString", "s = 'import demistomock as demisto'\n", "s = 'import demistomock as demisto'\n"},
    {"SomeNames", "from CommonServerPython import argToList\n", "from CommonServerPython import argToList\n"},
    {"Empty", "", ""},
    {"OnlyBlanks", "   \n\t\n", "   \n\t\n"},
};

class CleanPython : public ::testing::TestWithParam<CleanRow> {};

TEST_P(CleanPython, LeavesTheLinesWhereTheyWere) { EXPECT_EQ(clean_python(GetParam().code), GetParam().cleaned); }

INSTANTIATE_TEST_SUITE_P(Table, CleanPython, ::testing::ValuesIn(kCleaned),
                         [](const auto& row) { return row.param.name; });

TEST(PackVersion, StandsOnTop) {
  EXPECT_EQ(with_pack_version("x\n", {.folder = "P", .name = "The Pack", .version = "1.2.3"}),
            "CONSTANT_PACK_VERSION = '1.2.3'\ndemisto.debug('pack id = P, pack version = 1.2.3')\nx\n");
}

TEST(PackVersion, ReplacesAnOldLineInItsPlace) {
  EXPECT_EQ(with_pack_version("a\n### pack version: 1.0.0\nb\n", {.folder = "P", .name = "P", .version = "2"}),
            "a\nCONSTANT_PACK_VERSION = '2'\ndemisto.debug('pack id = P, pack version = 2')\nb\n");
}

TEST(PackVersion, CannotBreakOutOfItsQuotes) {
  EXPECT_EQ(with_pack_version("", {.folder = "P", .name = "P", .version = "1'\nimport os\\"}),
            "CONSTANT_PACK_VERSION = '1\\'\\x0aimport os\\\\'\n"
            "demisto.debug('pack id = P, pack version = 1\\'\\x0aimport os\\\\')\n");
}

TEST(ModuleLines, StandAroundTheCode) {
  EXPECT_EQ(
      with_module_lines("x", "It's"),
      "register_module_line('It\\'s', 'start', __line__())\nx\nregister_module_line('It\\'s', 'end', __line__())\n");
  EXPECT_EQ(with_module_lines("", "X"),
            "register_module_line('X', 'start', __line__())\nregister_module_line('X', 'end', __line__())\n");
}

}  // namespace
}  // namespace berth::content
