#include "berth/http/worker_order.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "berth/http/worker_report.h"
#include "berth/sys/unix_socket.h"
#include "tests/support/result_matchers.h"

namespace berth::http {
namespace {

class WorkerOrder : public ::testing::Test {
 protected:
  WorkerOrder() {
    std::array<int, 2> ends = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    daemon_.reset(ends[0]);
    worker_.reset(ends[1]);
  }
  static UniqueFd some_descriptor() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

  CallOrder call(std::string body, std::size_t descriptors = 0) {
    CallOrder order = {"ID", Verb::Exec, true, true, 4294967294, 5, 77, std::move(body), {}, {}};
    for (std::size_t i = 0; i < descriptors; ++i) order.descriptors.push_back(some_descriptor());
    return order;
  }
  // What the other side gets of it.
  CallOrder through(const CallOrder& order) {
    const UniqueFd client = some_descriptor();
    EXPECT_TRUE(testing::ok(send_order(daemon_.get(), order, client.get())));
    auto received = receive_order(worker_.get());
    EXPECT_TRUE(testing::ok(received));
    return std::get<CallOrder>(std::move(**received));
  }

  UniqueFd daemon_;
  UniqueFd worker_;
};

TEST_F(WorkerOrder, HandsOverACall) {
  const CallOrder got = through(call("{\"line\": \"!Print\"}\n"));
  EXPECT_EQ(got.id, "ID");
  EXPECT_EQ(got.verb, Verb::Exec);
  EXPECT_TRUE(got.in_lines && got.keep_alive);
  EXPECT_EQ(got.user, 4294967294u);
  EXPECT_EQ(got.zygotes, 5u);
  EXPECT_TRUE(got.begins_zygotes);
  EXPECT_EQ(got.read_ns, 77);
  EXPECT_EQ(got.body, "{\"line\": \"!Print\"}\n");
  EXPECT_TRUE(got.client);
  EXPECT_TRUE(got.descriptors.empty());
}

TEST_F(WorkerOrder, SaysThatNoZygoteIsToBeMade) {
  CallOrder order = call("{}");
  order.begins_zygotes = false;
  EXPECT_FALSE(through(order).begins_zygotes);
}

TEST_F(WorkerOrder, HandsOverWhatIsLarge) {
  const std::string body(16 << 20, 'x');
  const CallOrder got = through(call(body, sys::kMostPassed));
  EXPECT_EQ(got.body.size(), body.size());
  EXPECT_EQ(got.descriptors.size(), sys::kMostPassed);
  EXPECT_TRUE(got.client);
}

TEST_F(WorkerOrder, SaysAFewWords) {
  ASSERT_TRUE(testing::ok(send_order(daemon_.get(), StopOrder{"ID"})));
  ASSERT_TRUE(testing::ok(send_order(daemon_.get(), DropOrder{{"a", "b"}})));
  ASSERT_TRUE(testing::ok(send_order(daemon_.get(), WarmOrder{"item command", 3})));
  EXPECT_EQ(std::get<StopOrder>(**receive_order(worker_.get())).id, "ID");
  EXPECT_EQ(std::get<DropOrder>(**receive_order(worker_.get())).keys, (std::vector<std::string>{"a", "b"}));
  const auto warm = std::get<WarmOrder>(**receive_order(worker_.get()));
  EXPECT_EQ(warm.wish, "item command");
  EXPECT_EQ(warm.zygotes, 3u);
}

TEST_F(WorkerOrder, EndsWithTheDaemon) {
  daemon_.reset();
  const auto received = receive_order(worker_.get());
  ASSERT_TRUE(testing::ok(received));
  EXPECT_FALSE(*received);
}

TEST_F(WorkerOrder, IsToldThatTheWorkerIsGone) {
  worker_.reset();
  EXPECT_FALSE(send_order(daemon_.get(), StopOrder{"ID"}));
}

TEST_F(WorkerOrder, TakesNothingElse) {
  for (const char* text : {"x", "x\n", "{}\n", "{\"order\": \"call\"}\n", "{\"order\": \"drop\"}\n"}) {
    ASSERT_TRUE(sys::send_all(daemon_.get(), text));
    EXPECT_TRUE(testing::fails_with(receive_order(worker_.get()), Errc::Corrupt, "no order")) << text;
  }
}

// Whose call it is stands in each order, as the id of a user that there can be.
TEST_F(WorkerOrder, TakesNoCallOfNobody) {
  const std::string head = R"({"order": "call", "id": "ID", "verb": "run", "zygotes": 1, "descriptors": 0)";
  const auto received = [&](const std::string& more) {
    const UniqueFd client = some_descriptor();
    EXPECT_TRUE(testing::ok(sys::send_with(daemon_.get(), head + more + "}\n{}", std::array{client.get()}, 0)));
    return receive_order(worker_.get());
  };
  EXPECT_EQ(std::get<CallOrder>(**received(R"(, "user": 0)")).user, 0u);
  for (const char* user : {"-1", "4294967295", "4294967296", "18446744073709551615", "\"0\"", "0.0", "null", "[0]"}) {
    const auto got = received(fmt::format(", \"user\": {}", user));
    EXPECT_TRUE(testing::fails_with(got, Errc::Corrupt, "no order")) << user;
  }
  EXPECT_TRUE(testing::fails_with(received(""), Errc::Corrupt, "no order"));
  EXPECT_TRUE(testing::fails_with(received(R"(, "own": true)"), Errc::Corrupt, "no order"));
}

TEST(WorkerReport, IsReadAsItIsPrinted) {
  const auto done = parse_report(print_report(DoneReport{"ID", true, false, 9, {}}));
  ASSERT_TRUE(testing::ok(done));
  EXPECT_EQ(std::get<DoneReport>(*done).id, "ID");
  EXPECT_TRUE(std::get<DoneReport>(*done).keeps);
  EXPECT_FALSE(std::get<DoneReport>(*done).makes_zygote);
  EXPECT_EQ(std::get<DoneReport>(*done).took_ns, 9u);
  EXPECT_FALSE(std::get<DoneReport>(*done).rest);
  const auto rest =
      parse_report(print_report(RestReport{{{"key", "item", 2, 3, "since", {}, 6}}, 7, {{"k", "i", 4, 5, "s"}}}));
  ASSERT_TRUE(testing::ok(rest));
  const auto& report = std::get<RestReport>(*rest);
  EXPECT_EQ(report.memory_bytes, 7u);
  ASSERT_EQ(report.zygotes.size(), 1u);
  EXPECT_EQ(report.zygotes[0].key + report.zygotes[0].item + report.zygotes[0].since, "keyitemsince");
  EXPECT_EQ(report.zygotes[0].children + report.zygotes[0].memory_bytes, 5u);
  EXPECT_EQ(report.zygotes[0].spares, 6u);
  ASSERT_EQ(report.shared.size(), 1u);
  EXPECT_EQ(report.shared[0].key + report.shared[0].item + report.shared[0].since, "kis");
  EXPECT_EQ(report.shared[0].calls + report.shared[0].memory_bytes, 9u);
  const auto both = parse_report(print_report(DoneReport{"ID", true, false, 9, report}));
  ASSERT_TRUE(testing::ok(both));
  ASSERT_TRUE(std::get<DoneReport>(*both).rest);
  EXPECT_EQ(std::get<DoneReport>(*both).rest->memory_bytes, 7u);
  EXPECT_EQ(std::get<DoneReport>(*both).rest->shared.size(), 1u);
  EXPECT_FALSE(parse_report("{}"));
  EXPECT_FALSE(parse_report(R"({"report": "done", "id": "ID", "rest": {"zygotes": []}})"));
  EXPECT_FALSE(parse_report(R"({"report": "rest", "zygotes": []})"));
  EXPECT_FALSE(parse_report("{\"report\": \"rest\"}"));
}

}  // namespace
}  // namespace berth::http
