#include <gtest/gtest.h>

#include "berth/app/settings.h"
#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

TEST(Bytes, AreReadWithTheirUnits) {
  const std::pair<const char*, std::uint64_t> rows[] = {
      {"1", 1},
      {"1000000", 1'000'000},
      {"12b", 12},
      {"1k", 1024},
      {"1K", 1024},
      {"1kb", 1024},
      {"1KiB", 1024},
      {"512m", 512ull << 20},
      {"1.5GiB", 3ull << 29},
      {"1g", 1ull << 30},
      {"2T", 2ull << 40},
      {"0.5k", 512},
      {"1.9", 1},
      {"1000000000000000000", 1'000'000'000'000'000'000},
  };
  for (const auto& [text, bytes] : rows) {
    const auto read = parse_bytes(text);
    ASSERT_TRUE(testing::ok(read)) << text;
    EXPECT_EQ(*read, bytes) << text;
  }
}

TEST(Bytes, AreRefusedWithAnExample) {
  for (const char* text : {"",    "0",    "0.1", "-1",  "-0",    "+1",       " 1",
                           "1 ",  "1 g",  "g",   "1x",  "1gg",   "1ib",      "1bb",
                           "1e9", "0x10", "inf", "nan", "1.2.3", "1000001t", "99999999999999999999999"}) {
    EXPECT_TRUE(testing::fails_with(parse_bytes(text), Errc::InvalidInput,
                                    std::string("'") + text + "' is no number of bytes; write for example 512m"))
        << text;
  }
}

TEST(Duration, IsRead) {
  const std::pair<const char*, std::chrono::milliseconds> rows[] = {
      {"300", 300s}, {"90s", 90s}, {"5m", 300s}, {"1h30m", 5400s}, {"1500ms", 1500ms}, {"1.5", 1500ms}};
  for (const auto& [text, time] : rows) {
    const auto read = parse_duration(text);
    ASSERT_TRUE(testing::ok(read)) << text;
    EXPECT_EQ(*read, time) << text;
  }
}

TEST(Duration, IsRefused) {
  EXPECT_TRUE(
      testing::fails_with(parse_duration("0"), Errc::InvalidInput, "'0' is no time limit; 0 would end every call"));
  for (const char* text : {"", "-5", "5x", "soon", "1e9"}) {
    EXPECT_TRUE(testing::fails_with(parse_duration(text), Errc::InvalidInput, "write it like '90s'")) << text;
  }
}

TEST(Cpus, AreRead) {
  for (const auto& [text, cpus] : {std::pair{"0.01", 0.01}, {"0.5", 0.5}, {"2", 2.0}, {"4096", 4096.0}}) {
    const auto read = parse_cpus(text);
    ASSERT_TRUE(testing::ok(read)) << text;
    EXPECT_EQ(*read, cpus) << text;
  }
}

TEST(Cpus, AreRefused) {
  for (const char* text : {"", "0", "0.009", "-1", "4097", "1e1", "two", "1,5", "1 ", "inf", "nan"}) {
    EXPECT_TRUE(
        testing::fails_with(parse_cpus(text), Errc::InvalidInput,
                            std::string("'") + text + "' is no number of processors; write for example 0.5 or 2"))
        << text;
  }
}

TEST(Count, IsRead) {
  for (const auto& [text, count] : {std::pair{"1", 1u}, {"256", 256u}, {"4000000", 4'000'000u}}) {
    const auto read = parse_count(text, "things");
    ASSERT_TRUE(testing::ok(read)) << text;
    EXPECT_EQ(*read, count) << text;
  }
}

TEST(Count, IsRefused) {
  for (const char* text : {"", "0", "-1", "+1", "1.5", "1k", " 1", "4000001", "99999999999999"}) {
    EXPECT_TRUE(testing::fails_with(parse_count(text, "things"), Errc::InvalidInput,
                                    std::string("'") + text + "' is no number of things; write a whole number from 1"))
        << text;
  }
}

}  // namespace
}  // namespace berth::app
