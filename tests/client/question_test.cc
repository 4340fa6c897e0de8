#include "berth/client/question.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "berth/wire/http_response.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scripted_daemon.h"

namespace berth::client {
namespace {

// What reset_pool() makes of a daemon that answers so; and what it asks.
std::pair<Result<PoolReset>, std::string> reset_with(std::string_view item, int status, const std::string& body) {
  testing::ScriptedDaemon scripted(wire::print_response(status, {}, body));
  auto daemon = Daemon::connect(scripted.path());
  EXPECT_TRUE(testing::ok(daemon));
  auto reset = reset_pool(*daemon, item);
  return {std::move(reset), scripted.asked()};
}

TEST(ResetPool, NamesTheItemAndGivesTheNumber) {
  const auto [all, asked] = reset_with("", 200, R"({"schema": 1, "reset": 2})");
  ASSERT_TRUE(testing::ok(all));
  EXPECT_EQ(all->count, 2);
  EXPECT_EQ(print_json(all->told), R"({"schema": 1, "reset": 2})");
  EXPECT_TRUE(asked.starts_with("POST /v1/pool/reset ") && asked.ends_with("\r\n{}")) << asked;
  EXPECT_TRUE(reset_with("Triage", 200, R"({"reset": 0})").second.ends_with(R"({"item": "Triage"})"));
}

struct RefusalRow {
  const char* name;
  int status;
  const char* body;
  Errc code;
  const char* text;
};

const RefusalRow kRefusals[] = {
    {"Refused", 403, R"({"error": {"message": "not for you"}})", Errc::InvalidInput, "refuses: not for you"},
    {"Unable", 503, R"({"error": {"message": "it ends"}})", Errc::Unavailable, "refuses: it ends"},
    {"WithoutAWord", 500, "{}", Errc::Unavailable, "status 500"},
    {"NoNumber", 200, R"({"reset": "two"})", Errc::Corrupt, "does not say how many"},
    {"NoJson", 200, "reset", Errc::Corrupt, "read what the daemon answers"},
};

class ResetRefused : public ::testing::TestWithParam<RefusalRow> {};

TEST_P(ResetRefused, SaysWhy) {
  const auto reset = reset_with("", GetParam().status, GetParam().body).first;
  EXPECT_TRUE(testing::fails_with(reset, GetParam().code, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(Table, ResetRefused, ::testing::ValuesIn(kRefusals),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::client
