#include "berth/store/entitlements.h"

#include <gtest/gtest.h>

#include "berth/store/investigations.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::store {
namespace {

using testing::fails_with;
using testing::ok;

class StoredEntitlements : public ::testing::Test {
 protected:
  berth::testing::TempFolder folder_;
  Database database_ = Database::open(folder_.path() / "berth.db").value();
  Entitlements entitlements_{database_};
  InvestigationId investigation_ =
      Investigations(database_).add({.name = "case", .type = "", .incident = nullptr}).value().id;
};

TEST_F(StoredEntitlements, AreUsedOnceOrOften) {
  ASSERT_TRUE(ok(entitlements_.add(investigation_, {"once", false, "tag"})));
  ASSERT_TRUE(ok(entitlements_.add(investigation_, {"often", true, ""})));
  EXPECT_EQ(entitlements_.use(investigation_, "once").value().reply_tag, "tag");
  EXPECT_TRUE(fails_with(entitlements_.use(investigation_, "once"), Errc::NotFound, "no entitlement 'once'"));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(entitlements_.use(investigation_, "often").value().persistent);
}

TEST_F(StoredEntitlements, BelongToOneInvestigation) {
  ASSERT_TRUE(ok(entitlements_.add(investigation_, {"g", false, ""})));
  EXPECT_TRUE(fails_with(entitlements_.use(investigation_ + 1, "g"), Errc::NotFound, "no entitlement 'g'"));
  EXPECT_TRUE(
      fails_with(entitlements_.add(investigation_ + 1, {"h", false, ""}), Errc::NotFound, "none of that number"));
  EXPECT_TRUE(
      fails_with(entitlements_.add(investigation_, {"g", true, ""}), Errc::AlreadyExists, "add an entitlement"));
}

TEST_F(StoredEntitlements, AreNotTooMany) {
  ASSERT_TRUE(ok(database_.transaction([&]() -> Result<void> {
    for (int i = 0; i < Entitlements::kMost; ++i) {
      BERTH_CHECK_OK(entitlements_.add(investigation_, {std::to_string(i), false, ""}));
    }
    return {};
  })));
  EXPECT_TRUE(fails_with(entitlements_.add(investigation_, {"x", false, ""}), Errc::Exhausted, "it has 1000 already"));
}

}  // namespace
}  // namespace berth::store
