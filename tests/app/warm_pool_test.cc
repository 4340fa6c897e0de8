#include "berth/app/warm_pool.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using container::Patience;
using namespace std::chrono_literals;

// Zygotes of an image that there is not: none of them ever lives.
class WarmPoolOfNothing : public ::testing::Test {
 protected:
  WarmPoolOfNothing()
      : folder_(container::RuntimeFolder::open(temporary_.path() / "run").value()),
        pool_(folder_, LearnedImports(temporary_.path() / "code")) {}

  static WarmCall call(const std::string& key, const std::string& code = "code") {
    return {key, code, "item", [](const ImportList&) { return ZygoteSpec{}; }};
  }
  // Why it has no child, whether that is told as an error or not.
  std::string why_none(const WarmCall& call) {
    const auto taken = pool_.take(call, Patience::of(5s));
    if (!taken) return taken.error().message();
    EXPECT_FALSE(taken->child);
    return taken->why_none;
  }

  testing::TempFolder temporary_;
  container::RuntimeFolder folder_;
  WarmPool pool_;
};

TEST_F(WarmPoolOfNothing, SaysWhatTheFirstCallIs) {
  EXPECT_EQ(why_none(call("a")), "it is the first call with its key in this process of Berth");
  EXPECT_EQ(why_none(call("b")), "it is the first call with its key in this process of Berth");
}

TEST_F(WarmPoolOfNothing, SaysEachTimeWhyNoZygoteCanBeHad) {
  why_none(call("a"));
  const auto tried = pool_.take(call("a"), Patience::of(5s));
  ASSERT_FALSE(tried);
  for (int i = 0; i < 2; ++i) {  // as long as a pause takes at least
    const std::string why = why_none(call("a"));
    EXPECT_TRUE(why.starts_with("no zygote can be had: ") || why.starts_with("a zygote could not be had")) << why;
    EXPECT_TRUE(why.ends_with(": " + tried.error().message())) << why;
  }
  // With another text it may go well.
  EXPECT_FALSE(pool_.take(call("a", "other code"), Patience::of(5s)));
}

TEST_F(WarmPoolOfNothing, SaysItOfWhatWasMadeReadyAhead) {
  const auto made = pool_.warm(call("a"), Patience::of(5s));
  ASSERT_FALSE(made);
  EXPECT_TRUE(why_none(call("a")).ends_with(": " + made.error().message()));
}

TEST_F(WarmPoolOfNothing, SaysThatItMayHaveNone) {
  pool_.set_most(0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(why_none(call("a")).starts_with("no zygote may live here")) << i;
}

TEST_F(WarmPoolOfNothing, SaysThatAnotherProcessMakesIt) {
  pool_.set_begins(false);
  EXPECT_FALSE(pool_.may_begin(call("a")));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(why_none(call("a")).starts_with("another process of the daemon")) << i;
  pool_.set_begins(true);
  EXPECT_TRUE(pool_.may_begin(call("a")));
  EXPECT_FALSE(pool_.take(call("a"), Patience::of(5s))) << "it is tried";
}

TEST_F(WarmPoolOfNothing, SaysThatAZygoteWasToldToEnd) {
  why_none(call("a"));
  pool_.drop("a");
  EXPECT_TRUE(why_none(call("a")).starts_with("its zygote was told to end"));
  pool_.drop("unknown");
  EXPECT_TRUE(why_none(call("unknown")).starts_with("it is the first call"));
}

}  // namespace
}  // namespace berth::app
