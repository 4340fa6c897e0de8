#include "berth/image/tar_stream.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

// Bytes that stand in a header at a place of their own.
struct Patch {
  std::size_t at;
  std::string bytes;
};

std::string padded(std::string text) {
  text.resize((text.size() + 511) / 512 * 512);
  return text;
}

// A header with its sum, and what stands behind it.
std::string block(const std::string& name, char type, const std::string& text = "",
                  const std::vector<Patch>& patches = {}) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, const std::string& bytes) { header.replace(at, bytes.size(), bytes); };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", text.size()));
  put(156, std::string(1, type));
  put(257, std::string("ustar\0"
                       "00",
                       8));
  for (const Patch& patch : patches) put(patch.at, patch.bytes);
  std::ranges::fill_n(header.begin() + 148, 8, ' ');
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string(1, '\0'));
  return header + padded(text);
}

std::string record(const std::string& key, const std::string& value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  return fmt::format("{} {}={}\n", length, key, value);
}

Result<std::vector<TarEntry>> read(const std::string& blocks) {
  std::vector<TarEntry> entries;
  TarStream tar({.on_entry = [&](const TarEntry& entry) -> Result<void> {
                   entries.push_back(entry);
                   return {};
                 },
                 .on_bytes = {}});
  BERTH_CHECK_OK(tar.feed(blocks + std::string(1024, '\0')));
  BERTH_CHECK_OK(tar.finish());
  return entries;
}

TEST(Tar, IsReadWithItsExtendedHeaders) {
  const std::string long_name = "d/" + std::string(200, 'n');
  const std::string capability("\1\0\0\2\0 \0\0", 8);
  const auto entries = read(block("pax_global_header", 'g', record("comment", "of git")) +
                            block("x", 'x',
                                  record("path", long_name) + record("uid", "70000") + record("comment", "") +
                                      record("SCHILY.xattr.security.capability", capability)) +
                            block("short", '0', "abc") + block("././@LongLink", 'K', long_name + std::string(1, '\0')) +
                            block("././@LongLink", 'L', "gnu" + long_name) +
                            block("short", '2', "", {{257, "ustar  "}}) + block("prefixed", '5', "", {{345, "front"}}));
  ASSERT_TRUE(testing::ok(entries));
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[0].name, long_name);
  EXPECT_EQ((*entries)[0].uid, 70000u);
  EXPECT_EQ((*entries)[0].size_bytes, 3u);
  EXPECT_EQ((*entries)[0].attributes.at("security.capability"), capability);
  EXPECT_EQ((*entries)[1].name, "gnu" + long_name);
  EXPECT_EQ((*entries)[1].target, long_name);
  EXPECT_EQ((*entries)[2].name, "front/prefixed");
}

struct Row {
  const char* name;
  std::string blocks;
  const char* why;
};

const std::string kFile = block("a", '0', "abc");

// Each of these means one thing to one program and another to the next.
const Row kRows[] = {
    {"SizeBehindANul", block("a", '0', "abc", {{124, std::string(1, '\0')}}), "its size goes on behind its end"},
    {"SizeInTwoParts", block("a", '0', "abc", {{124, "0000 000003"}}), "its size goes on behind its end"},
    {"TwoPaxHeaders", block("x", 'x', record("size", "3")) + block("x", 'x', record("mtime", "1")) + kFile,
     "two extended headers of a kind"},
    {"TwoLongNames", block("l", 'L', "one") + block("l", 'L', "two") + kFile, "two extended headers of a kind"},
    {"TwoLongTargets", block("l", 'K', "one") + block("l", 'K', "two") + kFile, "two extended headers of a kind"},
    {"PaxBehindGnu", block("l", 'L', "d/.wh.keep") + block("x", 'x', record("path", "harmless")) + kFile,
     "extended headers of PAX and of GNU"},
    {"GnuBehindPax", block("x", 'x', record("path", "harmless")) + block("l", 'L', "d/.wh.keep") + kFile,
     "extended headers of PAX and of GNU"},
    {"EmptyPax", block("x", 'x', record("path", "b")) + block("x", 'x') + kFile, "two extended headers"},
    {"EmptyLongName", block("l", 'L') + kFile, "its extended header is empty"},
    {"GlobalBetween", block("x", 'x', record("path", "b")) + block("g", 'g', record("comment", "c")) + kFile,
     "a global header stands between"},
    {"GlobalThatSets", block("g", 'g', record("path", "b")) + kFile, "a global header sets 'path'"},
    {"GlobalThatRemoves", block(".wh.etc", 'g', record("comment", "c")) + kFile, "the name of a file"},
    {"EmptyPath", block("x", 'x', record("path", "")) + kFile, "its path is empty"},
    {"NoNumber", block("x", 'x', record("size", "+3")) + kFile, "its size is no number"},
    {"NulInAPath", block("x", 'x', record("path", std::string("a\0b", 3))) + kFile, "holds a NUL"},
    {"Sparse", block("x", 'x', record("GNU.sparse.major", "1")) + kFile, "a sparse file"},
    {"Contiguous", block("a", '7', "abc"), "a contiguous file"},
    {"PrefixOfGnu", block("a", '0', "abc", {{257, "ustar  "}, {345, "front"}}), "of two forms at once"},
    {"Star", block("a", '0', "abc", {{508, std::string("tar\0", 4)}}), "of star's form"},
    {"NothingBehind", kFile + block("l", 'L', "x"), "an extended header stands at its end"},
};

class TarRows : public ::testing::TestWithParam<Row> {};

TEST_P(TarRows, AreRefused) {
  EXPECT_TRUE(testing::fails_with(read(GetParam().blocks), Errc::Corrupt, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, TarRows, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(Tar, WithAnExtendedHeaderThatIsTooLongIsRefused) {
  EXPECT_TRUE(
      testing::fails_with(read(block("x", 'x', std::string((1 << 20) + 1, ' '))), Errc::Exhausted, "are the most"));
}

}  // namespace
}  // namespace berth::image
