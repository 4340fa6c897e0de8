#include "berth/content/code_chunks.h"

#include <gtest/gtest.h>

#include "berth/content/api_modules.h"
#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

struct Row {
  const char* name;
  std::string own;                  // the item's file
  std::string text;                 // of its part in the whole
  std::vector<CodeChunk> expected;  // after the common part
};

std::string with_module(const std::string& own) {
  const auto code =
      insert_api_modules(own, true, [](const std::string&) -> Result<std::string> { return std::string("m1\nm2\n"); });
  return code.value_or("");
}

const std::string kBlock =
    "### GENERATED CODE ###: from FooApiModule import *\n# The module's own text from here on.\n"
    "register_module_line('FooApiModule', 'start', __line__(), wrapper=-3)\nm1\nm2\n"
    "register_module_line('FooApiModule', 'end', __line__(), wrapper=1)\n### END GENERATED CODE ###\n";

const Row kRows[] = {
    {"AsItIs", "a\nb\n", "a\nb\n", {{"a\nb\n", true, 1}}},
    {"WithoutALastLineEnd", "a\nb", "a\nb\n", {{"a\nb\n", true, 1}}},
    {"LinesOnTop", "a\n", "top\nmore\na\n", {{"a\n", true, 1}}},
    {"LinesAround",
     "a\nb\n",
     "register_module_line('X', 'start', __line__())\na\nb\nregister_module_line('X', 'end', __line__())\n",
     {{"a\nb\n", true, 1}, {"register_module_line('X', 'end', __line__())\n", false, 6}}},
    {"AModuleInside",
     "a\nfrom FooApiModule import *\nb\nc\n",
     with_module("a\nfrom FooApiModule import *\nb\nc\n"),
     {{"a\n\n", true, 1}, {kBlock, false, 5}, {"b\nc\n", true, 3}}},
    {"OwnMarks", "### GENERATED CODE ###: mine\n", "### GENERATED CODE ###: mine\n", {}},
    {"LinesMissing", "a\nb\nc\n", "a\n", {}},
};

class CodeChunks : public ::testing::TestWithParam<Row> {};

TEST_P(CodeChunks, TellOwnLinesFromOthers) {
  const Row& row = GetParam();
  const auto before = std::make_shared<const CodePrelude>(join_pieces({{CodePartKind::Common, "common", "c1\nc2\n"}}));
  const AssembledCode code = join_code(before, "i", row.text);
  Item item;
  item.code = row.own;
  const std::vector<CodeChunk> chunks = chunks_of(code, item);
  std::string whole;
  for (const CodeChunk& chunk : chunks) whole += chunk.text;
  EXPECT_EQ(whole, code.whole());
  ASSERT_EQ(chunks.size(), row.expected.size() + 1);
  EXPECT_FALSE(chunks.front().is_own);
  EXPECT_EQ(chunks.front().first_line, 1u);
  for (std::size_t at = 0; at < row.expected.size(); ++at) {
    EXPECT_EQ(chunks[at + 1].text, row.expected[at].text);
    EXPECT_EQ(chunks[at + 1].is_own, row.expected[at].is_own);
    EXPECT_EQ(chunks[at + 1].first_line, row.expected[at].first_line);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, CodeChunks, ::testing::ValuesIn(kRows), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::content
