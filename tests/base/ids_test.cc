#include "berth/base/ids.h"

#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <thread>

namespace berth {
namespace {

using ::testing::MatchesRegex;

TEST(CallId, IsAUlid) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = make_call_id();
    EXPECT_THAT(id, MatchesRegex("[0-7][0-9A-HJKMNP-TV-Z]{25}"));
    EXPECT_TRUE(ids.insert(id).second) << "twice: " << id;
  }
}

TEST(CallId, SortsByTime) {
  const std::string earlier = make_call_id();
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  EXPECT_LT(earlier, make_call_id());
}

TEST(CallId, BeginsWithTheTime) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::int64_t milliseconds = 0;
  for (const char digit : make_call_id().substr(0, 10)) {
    milliseconds =
        milliseconds * 32 + static_cast<std::int64_t>(std::string("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(digit));
  }
  EXPECT_NEAR(static_cast<double>(milliseconds),
              static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()), 5000.0);
}

TEST(Uuid, IsRandom) {
  std::set<std::string> uuids;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = make_uuid();
    EXPECT_THAT(uuid, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_TRUE(uuids.insert(uuid).second) << "twice: " << uuid;
  }
}

}  // namespace
}  // namespace berth
