#include "berth/wire/line_buffer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::wire {
namespace {

using Lines = std::vector<std::string>;

Lines take_all(LineBuffer& buffer) {
  Lines lines;
  while (const auto line = buffer.next_line()) lines.emplace_back(*line);
  return lines;
}

struct StreamRow {
  const char* name;
  std::string bytes;
  Lines lines;
  std::string rest;
};

const StreamRow kStreams[] = {
    {"Nothing", "", {}, ""},
    {"OneLine", "one\n", {"one"}, ""},
    {"Unfinished", "one", {}, "one"},
    {"SeveralAndRest", "one\ntwo\nthr", {"one", "two"}, "thr"},
    {"EmptyLines", "\n\na\n\n", {"", "", "a", ""}, ""},
    {"CarriageReturnStays", "a\r\nb\r", {"a\r"}, "b\r"},
    {"ZeroBytes", std::string("a\0b\n\0", 5), {std::string("a\0b", 3)}, std::string("\0", 1)},
    {"OtherLineSeparators",
     "a\xe2\x80\xa8"
     "b\x0b\x0c\n",
     {"a\xe2\x80\xa8"
      "b\x0b\x0c"},
     ""},
};

class Stream : public ::testing::TestWithParam<StreamRow> {};

TEST_P(Stream, GivesItsLinesAtOnce) {
  LineBuffer buffer(100);
  buffer.append(GetParam().bytes);
  EXPECT_EQ(take_all(buffer), GetParam().lines);
  EXPECT_EQ(buffer.rest(), GetParam().rest);
}

TEST_P(Stream, GivesItsLinesByteByByte) {
  LineBuffer buffer(100);
  Lines lines;
  for (const char byte : GetParam().bytes) {
    buffer.append({&byte, 1});
    for (std::string& line : take_all(buffer)) lines.push_back(std::move(line));
  }
  EXPECT_EQ(lines, GetParam().lines);
  EXPECT_EQ(buffer.rest(), GetParam().rest);
}

INSTANTIATE_TEST_SUITE_P(Table, Stream, ::testing::ValuesIn(kStreams), [](const auto& row) { return row.param.name; });

TEST(LineBuffer, GivesTheSameInPiecesOfAnySize) {
  std::string bytes;
  Lines expected;
  for (std::size_t i = 0; i < 300; ++i) {
    expected.emplace_back(i % 37, static_cast<char>('a' + i % 26));
    bytes += expected.back() + "\n";
  }
  for (const std::size_t size : {2u, 3u, 7u, 64u, 1000u, 65536u}) {
    LineBuffer buffer(1000);
    Lines lines;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      buffer.append(std::string_view(bytes).substr(at, size));
      // Not always emptied before the next piece comes.
      if (at / size % 3 != 0) {
        if (const auto line = buffer.next_line()) lines.emplace_back(*line);
      }
    }
    for (std::string& line : take_all(buffer)) lines.push_back(std::move(line));
    EXPECT_EQ(lines, expected) << "pieces of " << size;
    EXPECT_EQ(buffer.rest(), "");
  }
}

TEST(LineBuffer, LimitsTheUnfinishedLineAlone) {
  LineBuffer buffer(8);
  buffer.append("0123456789\n01234567");
  EXPECT_TRUE(buffer.is_over_limit());
  ASSERT_TRUE(buffer.next_line());
  EXPECT_FALSE(buffer.is_over_limit());
  buffer.append("8");
  EXPECT_TRUE(buffer.is_over_limit());
  buffer.append("\n");
  EXPECT_EQ(buffer.next_line(), "012345678");
  EXPECT_FALSE(buffer.is_over_limit());
}

// Quadratic work would take minutes here.
TEST(LineBuffer, TakesAHugeLineInSmallPieces) {
  constexpr std::size_t kPieces = 300'000;
  LineBuffer buffer(1 << 30);
  const std::string piece(100, 'x');
  for (std::size_t i = 0; i < kPieces; ++i) {
    buffer.append(piece);
    ASSERT_FALSE(buffer.next_line());
  }
  buffer.append("\nnext\n");
  const auto line = buffer.next_line();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->size(), kPieces * piece.size());
  EXPECT_EQ(buffer.next_line(), "next");
}

TEST(LineBuffer, DoesNotKeepWhatWasRead) {
  LineBuffer buffer(100);
  const std::string line = std::string(99, 'y') + "\n";
  std::size_t count = 0;
  for (std::size_t i = 0; i < 200'000; ++i) {
    buffer.append(line);
    count += take_all(buffer).size();
  }
  EXPECT_EQ(count, 200'000u);
  EXPECT_EQ(buffer.rest(), "");
}

}  // namespace
}  // namespace berth::wire
