#include "berth/net/name_report.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

Result<std::vector<NameEvent>> sent(const std::string& bytes) {
  sys::Pipe pipe = *sys::make_pipe();
  EXPECT_EQ(::write(pipe.write.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  pipe.write.reset();
  return read_name_report(pipe.read.get());
}

std::string written(const NameReport& report) {
  sys::Pipe pipe = *sys::make_pipe();
  report.write_to(pipe.write.get());
  pipe.write.reset();
  std::string bytes(65'536, '\0');
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
    got = ::read(pipe.read.get(), bytes.data() + size, bytes.size() - size);
  }
  bytes.resize(size);
  return bytes;
}

TEST(NameReport, ArrivesAsItWasNoted) {
  NameReport report;
  report.note(NameEventKind::NotAllowed, "Evil.example");
  report.note(NameEventKind::NotAllowed, "evil.example");
  report.note(NameEventKind::AddressRefused, "evil.example", *parse_address("10.0.0.1"));
  report.note(NameEventKind::NotAName, std::string("a\x1b[2J b\n\xff") + std::string(300, 'x'));
  const auto events = sent(written(report));
  ASSERT_TRUE(testing::ok(events));
  EXPECT_EQ(*events, report.events());
  ASSERT_EQ(events->size(), 3u);
  EXPECT_EQ(to_text((*events)[0]), "the name 'evil.example' is not on the allow-list (2 times)");
  EXPECT_EQ(to_text((*events)[1]), "the name 'evil.example' leads to 10.0.0.1, which may not be reached");
  EXPECT_EQ((*events)[2].name.substr(0, 8), "a?[2j?b?");
  EXPECT_EQ((*events)[2].name.size(), 253u);
}

TEST(NameReport, IsBounded) {
  NameReport report;
  for (int i = 0; i < 10'000; ++i) report.note(NameEventKind::NotAllowed, std::to_string(i) + ".example");
  const auto events = sent(written(report));
  ASSERT_TRUE(testing::ok(events));
  ASSERT_EQ(events->size(), kMaxNameEvents + 1);
  EXPECT_EQ(to_text(events->back()), "9936 more names could not be resolved");
}

TEST(NameReport, IsReadWithoutTrust) {
  NameReport report;
  report.note(NameEventKind::AddressRefused, "a.example", *parse_address("10.0.0.1"));
  const std::string good = written(report);
  const auto damaged = [&](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    return sent(bytes);
  };
  ASSERT_TRUE(testing::ok(sent(good)));
  ASSERT_TRUE(testing::ok(sent("")));
  EXPECT_TRUE(testing::fails_with(sent(good.substr(1)), Errc::Corrupt, "size"));
  std::string many;
  for (std::size_t i = 0; i < kMaxNameEvents + 2; ++i) many += good;
  EXPECT_TRUE(testing::fails_with(sent(many), Errc::Corrupt, "size"));
  EXPECT_TRUE(testing::fails_with(damaged(0, 0), Errc::Corrupt, "mark"));
  EXPECT_TRUE(testing::fails_with(damaged(4, 0), Errc::Corrupt, "contradicts"));
  EXPECT_TRUE(testing::fails_with(damaged(8, 0), Errc::Corrupt, "no kind"));
  EXPECT_TRUE(testing::fails_with(damaged(8, 9), Errc::Corrupt, "no kind"));
  EXPECT_TRUE(testing::fails_with(damaged(8, 1), Errc::Corrupt, "contradicts"));
  EXPECT_TRUE(testing::fails_with(damaged(9, 5), Errc::Corrupt, "an address"));
  EXPECT_TRUE(testing::fails_with(damaged(10, '\xff'), Errc::Corrupt, "a name"));
  EXPECT_TRUE(testing::fails_with(damaged(28, '\x1b'), Errc::Corrupt, "a name"));
}

TEST(NameReport, DoesNotWaitForEver) {
  const sys::Pipe pipe = *sys::make_pipe();
  EXPECT_TRUE(testing::fails_with(read_name_report(pipe.read.get()), Errc::TimedOut, "does not end"));
}

}  // namespace
}  // namespace berth::net
