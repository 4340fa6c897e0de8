#include "berth/app/leftover_prune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berth/image/staging.h"

namespace berth::app {
namespace {

using Kind = image::Leftover::Kind;
using ::testing::HasSubstr;

struct Row {
  const char* name;
  image::Leftover leftover;
  bool all;
  bool goes;
  const char* reason;
};

constexpr auto kOld = image::kBlobsForgotten + std::chrono::hours(25);

const Row kRows[] = {
    {"WorkFolder", {.kind = Kind::WorkFolder, .maker = "a push"}, false, true, "left by a push that was killed"},
    {"InUse", {.kind = Kind::WorkFolder, .maker = "a push", .is_in_use = true}, true, false, "a push works in it"},
    {"Container", {.kind = Kind::Container, .maker = "'create'"}, false, true, "the container of 'create' that was"},
    {"ContainerInUse",
     {.kind = Kind::Container, .maker = "'create'", .is_in_use = true},
     true,
     false,
     "the container that 'create' builds in"},
    {"Blob", {.kind = Kind::Blob, .maker = "a pull"}, false, false, "the next one goes on with it; --all removes it"},
    {"BlobWithAll", {.kind = Kind::Blob, .maker = "a pull"}, true, true, "fetches it anew"},
    {"OldBlob", {.kind = Kind::Blob, .maker = "a pull", .age = kOld}, false, true, "for 8 days"},
};

class PlanOfLeftovers : public ::testing::TestWithParam<Row> {};

TEST_P(PlanOfLeftovers, Decides) {
  const auto steps = plan_leftovers({GetParam().leftover}, GetParam().all);
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].goes, GetParam().goes);
  EXPECT_THAT(steps[0].reason, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(Table, PlanOfLeftovers, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::app
