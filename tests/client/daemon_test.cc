#include "berth/client/daemon.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "berth/sys/pipe.h"
#include "berth/sys/unix_socket.h"
#include "berth/wire/http_response.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scripted_daemon.h"
#include "tests/support/temp_folder.h"

namespace berth::client {
namespace {

using testing::ScriptedDaemon;

std::string lines(std::initializer_list<const char*> events, bool is_whole = true) {
  std::string text = wire::print_chunked_head(200, {});
  for (const char* event : events) text += wire::print_chunk(std::string(event) + "\n");
  return is_whole ? text + std::string(wire::kLastChunk) : text;
}

TEST(Daemon, IsAskedAndAnswers) {
  ScriptedDaemon scripted(wire::print_response(404, {}, "{\"a\": 1}"));
  auto daemon = Daemon::connect(scripted.path());
  ASSERT_TRUE(testing::ok(daemon));
  const auto reply = daemon->ask({"POST", "/v1/x", "body", {STDIN_FILENO}});
  ASSERT_TRUE(testing::ok(reply));
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(reply->body, "{\"a\": 1}");
  EXPECT_TRUE(scripted.asked().starts_with("POST /v1/x HTTP/1.1\r\nHost: berth\r\n")) << scripted.asked();
  EXPECT_TRUE(scripted.asked().ends_with("\r\n\r\nbody"));
  EXPECT_EQ(scripted.descriptors(), 1u);
}

TEST(Daemon, MayNotBeThere) {
  const testing::TempFolder folder;
  EXPECT_TRUE(testing::fails_with(Daemon::connect(folder.path() / "s"), Errc::NotFound, "connect to"));
}

struct Row {
  const char* name;
  std::string answer;
  int status;        // of the reply
  const char* last;  // the event
  std::size_t events = 0;
};

const Row kRows[] = {
    {"Answer", lines({R"({"event": "progress"})", R"({"event": "answer", "exit_code": 3})"}), 200, "answer", 1},
    {"Error", lines({R"({"event": "error"})"}), 200, "error"},
    {"Refused", wire::print_response(429, {}, "{}"), 429, ""},
    {"UnknownEvent", lines({R"({"event": "later"})", R"({"event": "answer"})"}), 200, "answer", 1},
};

class CallOfDaemon : public ::testing::TestWithParam<Row> {};

TEST_P(CallOfDaemon, EndsInOneWay) {
  ScriptedDaemon scripted(GetParam().answer);
  auto daemon = Daemon::connect(scripted.path());
  ASSERT_TRUE(testing::ok(daemon));
  std::size_t events = 0;
  const auto end = daemon->call({"POST", "/v1/run", "{}", {}}, {.on_event = [&](const Json&) { ++events; }});
  ASSERT_TRUE(testing::ok(end));
  EXPECT_EQ(end->reply.status, GetParam().status);
  EXPECT_EQ(end->last.text_or("event", ""), GetParam().last);
  EXPECT_EQ(events, GetParam().events);
}

INSTANTIATE_TEST_SUITE_P(Table, CallOfDaemon, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

struct BadRow {
  const char* name;
  std::string answer;
  Errc code;
  const char* why;
};

const BadRow kBad[] = {
    {"Nothing", "", Errc::Unavailable, "before its end"},
    {"HalfAHead", "HTTP/1.1 200", Errc::Unavailable, "before its end"},
    {"NoLastChunk", lines({R"({"event": "progress"})"}, false), Errc::Unavailable, "before its end"},
    {"NoLastEvent", lines({R"({"event": "progress"})"}), Errc::Corrupt, "no end"},
    {"NoJson", lines({"{{{"}), Errc::InvalidInput, "through the daemon"},
    {"NoHttp", "hello\r\n\r\n", Errc::Corrupt, "none of HTTP/1.1"},
};

class BrokenCall : public ::testing::TestWithParam<BadRow> {};

TEST_P(BrokenCall, IsAnError) {
  ScriptedDaemon scripted(GetParam().answer);
  auto daemon = Daemon::connect(scripted.path());
  ASSERT_TRUE(testing::ok(daemon));
  const auto end = daemon->call({"POST", "/v1/run", "{}", {}}, {.on_event = [](const Json&) {}});
  EXPECT_TRUE(testing::fails_with(end, GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BrokenCall, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(Daemon, IsToldToEndACallAndStillAnswers) {
  ScriptedDaemon scripted(lines({R"({"event": "answer", "exit_code": 130})"}), true);
  auto daemon = Daemon::connect(scripted.path());
  ASSERT_TRUE(testing::ok(daemon));
  auto interrupt = sys::make_pipe();
  ASSERT_TRUE(testing::ok(interrupt));
  ASSERT_EQ(::write(interrupt->write.get(), "x", 1), 1);
  bool was_told = false;
  CallWatch watch{.interrupt = interrupt->read.get(), .on_event = [](const Json&) {}};
  watch.on_told = [&] { was_told = true; };
  const auto end = daemon->call({"POST", "/v1/run", "{}", {}}, watch);
  ASSERT_TRUE(testing::ok(end));
  EXPECT_EQ(end->last.text_or("event", ""), "answer");
  EXPECT_TRUE(was_told);
}

TEST(Daemon, IsNotWaitedForOnceInterruptedAgain) {
  const testing::TempFolder folder;
  const auto hangs = sys::listen_at(folder.path() / "s", 0600);
  ASSERT_TRUE(testing::ok(hangs));
  auto daemon = Daemon::connect(folder.path() / "s");
  ASSERT_TRUE(testing::ok(daemon));
  auto interrupt = sys::make_pipe();
  ASSERT_TRUE(testing::ok(interrupt));
  const auto tell = [&] { EXPECT_EQ(::write(interrupt->write.get(), "x", 1), 1); };
  CallWatch watch{.interrupt = interrupt->read.get(), .on_event = [](const Json&) {}};
  std::size_t seconds = 0;
  watch.on_second = [&] {
    if (++seconds == 1) tell();
  };
  watch.on_told = tell;
  const auto begun = std::chrono::steady_clock::now();
  const auto end = daemon->call({"POST", "/v1/run", "{}", {}}, watch);
  EXPECT_TRUE(testing::fails_with(end, Errc::TimedOut, "was not waited for"));
  EXPECT_EQ(seconds, 1u);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kEndTime);
}

}  // namespace
}  // namespace berth::client
