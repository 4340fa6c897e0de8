#include "berth/content/package_files.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

struct CodeFileRow {
  const char* name;
  const char* folder;
  std::vector<std::string> names;
  Language language;
  std::optional<std::string> file;
};

const CodeFileRow kCodeFiles[] = {
    {"FirstInOrder", "X", {"b.py", "a.py"}, Language::Python, "a.py"},
    {"NoTests", "X", {"X_test.py", "conftest.py", "X.py"}, Language::Python, "X.py"},
    {"NoStandIns",
     "X",
     {"CommonServerPython.py", "CommonServerUserPython.py", "demistomock.py", "x.py"},
     Language::Python,
     "x.py"},
    {"CaseCountsForNothing", "X", {"DemistoMock.py", "A_TEST.py", "z.py"}, Language::Python, "z.py"},
    {"AnywhereInTheName", "X", {"A_test.py.py", "z.py"}, Language::Python, "z.py"},
    {"NoApiModules", "X", {"FooApiModule.py", "__init__.py", "vulture_whitelist.py", "z.py"}, Language::Python, "z.py"},
    {"OwnFileOfCommon",
     "CommonServerPython",
     {"A.py", "CommonServerPython.py"},
     Language::Python,
     "CommonServerPython.py"},
    {"OwnFileOfModule", "FooApiModule", {"A.py", "FooApiModule.py"}, Language::Python, "FooApiModule.py"},
    {"ModuleWithoutFile", "FooApiModule", {"A.py"}, Language::Python, {}},
    {"PowerShell",
     "X",
     {"X.Tests.ps1", "demistomock.ps1", "CommonServerPowerShell.ps1", "X.ps1"},
     Language::PowerShell,
     "X.ps1"},
    {"JavaScript", "X", {"X.py", "X.js"}, Language::JavaScript, "X.js"},
    {"None", "X", {"README.md", "X.yml"}, Language::Python, {}},
};

class CodeFile : public ::testing::TestWithParam<CodeFileRow> {};

TEST_P(CodeFile, IsFoundByTheRules) {
  const auto& row = GetParam();
  EXPECT_EQ(code_file_of(row.folder, row.names, row.language), row.file);
}

INSTANTIATE_TEST_SUITE_P(Table, CodeFile, ::testing::ValuesIn(kCodeFiles),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::content
