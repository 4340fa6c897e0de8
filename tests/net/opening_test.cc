#include "berth/net/opening.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "berth/base/unique_fd.h"
#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

class OpeningTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    forwarder_.reset(ends[0]);
    keeper_.reset(ends[1]);
  }

  // What the forwarder would send, for a test to damage.
  std::string record() {
    Opening opening = {.sequence = 1, .ttl = std::chrono::seconds(60), .addresses = {*parse_address("1.2.3.4")}};
    opening.entries.set(0);
    EXPECT_TRUE(testing::ok(send_opening(forwarder_.get(), opening)));
    std::string bytes(4096, '\0');
    const ssize_t got = ::recv(keeper_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

  Result<std::optional<Opening>> received(const std::string& bytes) {
    EXPECT_EQ(::send(forwarder_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return receive_opening(keeper_.get());
  }

  UniqueFd forwarder_;
  UniqueFd keeper_;
};

TEST_F(OpeningTest, ArrivesAsItWasSent) {
  Opening opening = {.sequence = 77, .ttl = std::chrono::seconds(60)};
  opening.entries.set(0).set(255);
  opening.addresses = {*parse_address("1.2.3.4"), *parse_address("2001:db8::1")};
  ASSERT_TRUE(testing::ok(send_opening(forwarder_.get(), opening)));
  const auto got = receive_opening(keeper_.get());
  ASSERT_TRUE(testing::ok(got));
  ASSERT_TRUE(got->has_value());
  EXPECT_EQ((*got)->sequence, 77u);
  EXPECT_EQ((*got)->entries, opening.entries);
  EXPECT_EQ((*got)->ttl, opening.ttl);
  EXPECT_EQ((*got)->addresses, opening.addresses);
  EXPECT_FALSE(receive_opening(keeper_.get())->has_value());

  ASSERT_TRUE(testing::ok(answer_opening(keeper_.get(), 77, true)));
  const auto answer = receive_opening_answer(forwarder_.get());
  ASSERT_TRUE(testing::ok(answer));
  EXPECT_EQ((*answer)->sequence, 77u);
  EXPECT_TRUE((*answer)->opened);
}

TEST_F(OpeningTest, SaysThatTheOtherEndIsGone) {
  forwarder_.reset();
  EXPECT_TRUE(testing::fails_with(receive_opening(keeper_.get()), Errc::NotFound, "closed"));
}

TEST_F(OpeningTest, RefusesDamagedRecords) {
  const std::string good = record();
  ASSERT_TRUE(received(good).has_value());
  const auto damaged = [&](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    return received(bytes);
  };
  EXPECT_TRUE(testing::fails_with(received(good + "x"), Errc::Corrupt, "size"));
  EXPECT_TRUE(testing::fails_with(received(good.substr(1)), Errc::Corrupt, "size"));
  EXPECT_TRUE(testing::fails_with(damaged(0, 0), Errc::Corrupt, "mark"));
  EXPECT_TRUE(testing::fails_with(damaged(8, 1), Errc::Corrupt, "time to live"));
  EXPECT_TRUE(testing::fails_with(damaged(10, 1), Errc::Corrupt, "time to live"));
  EXPECT_TRUE(testing::fails_with(damaged(12, 0), Errc::Corrupt, "no or too many"));
  EXPECT_TRUE(testing::fails_with(damaged(12, 17), Errc::Corrupt, "no or too many"));
  EXPECT_TRUE(testing::fails_with(damaged(16, 0), Errc::Corrupt, "no entry"));
  EXPECT_TRUE(testing::fails_with(damaged(48, 9), Errc::Corrupt, "an address"));
  EXPECT_TRUE(testing::fails_with(damaged(60, 1), Errc::Corrupt, "an address"));
}

}  // namespace
}  // namespace berth::net
