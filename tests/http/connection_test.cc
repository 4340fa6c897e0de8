#include "berth/http/connection.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/support/result_matchers.h"

namespace berth::http {
namespace {

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    std::array<int, 2> ends = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    client_.reset(ends[0]);
    connection_.emplace(UniqueFd(ends[1]), sys::Peer{1, 0, 0}, false);
  }

  void send(std::string_view text, std::span<const int> descriptors = {}) {
    const auto sent = sys::send_with(client_.get(), text, descriptors, 0);
    ASSERT_TRUE(testing::ok(sent));
    ASSERT_TRUE(connection_->receive());
  }

  UniqueFd client_;
  std::optional<Connection> connection_;
};

constexpr const char* kRequest = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(ConnectionTest, TakesARequestInPieces) {
  send("GET /v1/health HT");
  auto request = connection_->next_request();
  ASSERT_TRUE(request);
  EXPECT_FALSE(*request);
  EXPECT_FALSE(connection_->is_idle());
  send("TP/1.1\r\nHost: x\r\n\r\n");
  request = connection_->next_request();
  ASSERT_TRUE(request && *request);
  EXPECT_EQ(connection_->request().target, "/v1/health");
}

TEST_F(ConnectionTest, HasNothingToTakeAndIsStillThere) {
  EXPECT_TRUE(connection_->receive());
  client_.reset();
  EXPECT_FALSE(connection_->receive());
}

TEST_F(ConnectionTest, KeepsDescriptorsForItsRequest) {
  const std::array<int, 2> given = {0, 0};
  send("GET /", given);
  EXPECT_FALSE(*connection_->next_request());
  send(" HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(*connection_->next_request());
  EXPECT_EQ(connection_->take_descriptors().size(), 2u);
  EXPECT_EQ(connection_->take_descriptors().size(), 0u);
}

TEST_F(ConnectionTest, RefusesTooManyDescriptors) {
  const std::vector<int> given(sys::kMostPassed, 0);
  send("GET /", given);
  EXPECT_TRUE(connection_->next_request());
  send("a", given);
  const auto request = connection_->next_request();
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().status, 400);
}

TEST_F(ConnectionTest, AnswersAndGoesOn) {
  send(kRequest);
  ASSERT_TRUE(*connection_->next_request());
  connection_->answer("answer", false);
  EXPECT_TRUE(connection_->flush());
  EXPECT_EQ(connection_->phase(), Phase::Reads);
  std::array<char, 16> got = {};
  EXPECT_EQ(::read(client_.get(), got.data(), got.size()), 6);
  send(kRequest);
  EXPECT_TRUE(*connection_->next_request());
}

TEST_F(ConnectionTest, EndsWithItsLastAnswer) {
  send(kRequest);
  ASSERT_TRUE(*connection_->next_request());
  connection_->answer("answer", true);
  EXPECT_EQ(connection_->phase(), Phase::Answers);
  EXPECT_EQ(connection_->events(), POLLOUT);
  EXPECT_FALSE(connection_->flush());
}

TEST_F(ConnectionTest, WaitsForAClientThatTakesNothing) {
  const std::string large(8 << 20, 'x');
  connection_->answer(large, true);
  EXPECT_TRUE(connection_->flush()) << "it is not over, and nothing has blocked";
  EXPECT_TRUE(connection_->is_sending());
  client_.reset();
  EXPECT_FALSE(connection_->flush());
}

TEST_F(ConnectionTest, GivesLeaveToSendABody) {
  send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_FALSE(*connection_->next_request());
  EXPECT_TRUE(connection_->flush());
  std::array<char, 64> got = {};
  const ssize_t count = ::read(client_.get(), got.data(), got.size());
  ASSERT_GT(count, 0);
  EXPECT_EQ(std::string_view(got.data(), static_cast<std::size_t>(count)), "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(ConnectionTest, ComesBackFromAWorkerWithWhatHasCome) {
  send(std::string(kRequest) + kRequest);
  ASSERT_TRUE(*connection_->next_request());
  connection_->hand_over();
  EXPECT_EQ(connection_->events(), 0) << "it is the worker's";
  connection_->take_back();
  EXPECT_EQ(connection_->phase(), Phase::Reads);
  EXPECT_EQ(connection_->events(), POLLIN);
  EXPECT_TRUE(*connection_->next_request()) << "the one that came with the first";
}

}  // namespace
}  // namespace berth::http
