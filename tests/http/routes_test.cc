#include "berth/http/routes.h"

#include <gtest/gtest.h>

namespace berth::http {
namespace {

struct Row {
  const char* name;
  const char* method;
  const char* path;
  Route route;
  const char* more = "";  // the call, or the methods
};

const Row kRows[] = {
    {"Version", "GET", "/v1/version", Route::Version},
    {"Health", "GET", "/v1/health", Route::Health},
    {"Run", "POST", "/v1/run", Route::Run},
    {"Exec", "POST", "/v1/exec", Route::Exec},
    {"Calls", "GET", "/v1/calls", Route::Calls},
    {"EndCall", "DELETE", "/v1/calls/01ARZ3NDEKTSV4RRFFQ69G5FAV", Route::EndCall, "01ARZ3NDEKTSV4RRFFQ69G5FAV"},
    {"Pool", "GET", "/v1/pool", Route::Pool},
    {"ResetPool", "POST", "/v1/pool/reset", Route::ResetPool},
    {"GetReset", "GET", "/v1/pool/reset", Route::WrongMethod, "POST"},
    {"GetRun", "GET", "/v1/run", Route::WrongMethod, "POST"},
    {"LowerMethod", "get", "/v1/version", Route::WrongMethod, "GET"},
    {"GetCall", "GET", "/v1/calls/01ARZ", Route::WrongMethod, "DELETE"},
    {"Root", "GET", "/", Route::NotFound},
    {"OtherVersion", "GET", "/v2/version", Route::NotFound},
    {"SlashBehind", "GET", "/v1/version/", Route::NotFound},
    {"NoCall", "DELETE", "/v1/calls/", Route::NotFound},
    {"CallThatIsNoId", "DELETE", "/v1/calls/..", Route::NotFound},
    {"CallBelow", "DELETE", "/v1/calls/A/B", Route::NotFound},
};

class RouteOf : public ::testing::TestWithParam<Row> {};

TEST_P(RouteOf, IsThatOfItsRow) {
  const Routed routed = route_of(GetParam().method, GetParam().path);
  EXPECT_EQ(routed.route, GetParam().route);
  EXPECT_EQ(routed.call + routed.methods, GetParam().more);
}

INSTANTIATE_TEST_SUITE_P(Table, RouteOf, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(MayAsk, IsRootTheOwnUserAndTheGroup) {
  const sys::Peer peer{1, 1000, 1000};
  EXPECT_TRUE(may_ask({1, 0, 0}, 1000, false));
  EXPECT_TRUE(may_ask(peer, 1000, false));
  EXPECT_TRUE(may_ask(peer, 0, true));
  EXPECT_FALSE(may_ask(peer, 0, false));
  EXPECT_FALSE(may_ask({1, 65534, 65534}, 0, false));
}

}  // namespace
}  // namespace berth::http
