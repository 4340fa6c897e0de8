#include "berth/server/moment.h"

#include <gtest/gtest.h>

#include "berth/server/incident_json.h"

namespace berth::server {
namespace {

struct MomentRow {
  const char* name;
  const char* text;
  const char* moment;  // empty: it is none
};

const MomentRow kMoments[] = {
    {"Date", "2026-11-26", "2026-11-26T00:00:00.000Z"},
    {"LeapDay", "2024-02-29", "2024-02-29T00:00:00.000Z"},
    {"Minutes", "2026-11-26T04:05", "2026-11-26T04:05:00.000Z"},
    {"Seconds", "2026-11-26T04:05:06Z", "2026-11-26T04:05:06.000Z"},
    {"Blank", "2026-11-26 04:05:06", "2026-11-26T04:05:06.000Z"},
    {"SmallLetters", "2026-11-26t04:05:06z", "2026-11-26T04:05:06.000Z"},
    {"Milliseconds", "2026-11-26T04:05:06.789Z", "2026-11-26T04:05:06.789Z"},
    {"Tenths", "2026-11-26T04:05:06.7", "2026-11-26T04:05:06.700Z"},
    {"Nanoseconds", "2026-11-26T04:05:06.789123456Z", "2026-11-26T04:05:06.789Z"},
    {"Ahead", "2026-11-26T04:05:06+02:00", "2026-11-26T02:05:06.000Z"},
    {"Behind", "2026-11-26T23:05:06-0130", "2026-11-27T00:35:06.000Z"},
    {"OffsetInHours", "2026-11-26T04:05:06+02", "2026-11-26T02:05:06.000Z"},
    {"Nothing", "", ""},
    {"Word", "yesterday", ""},
    {"Year", "2026", ""},
    {"NoSuchMonth", "2026-13-01", ""},
    {"NoSuchDay", "2026-02-29", ""},
    {"NoSuchHour", "2026-11-26T24:00:00Z", ""},
    {"NoSuchMinute", "2026-11-26T04:60:00Z", ""},
    {"NoSuchOffset", "2026-11-26T04:05:06+24:00", ""},
    {"OtherOrder", "26-11-2026", ""},
    {"OpenTime", "2026-11-26T", ""},
    {"OpenFraction", "2026-11-26T04:05:06.Z", ""},
    {"MoreBehind", "2026-11-26T04:05:06Z or later", ""},
    {"BlankInFront", " 2026-11-26", ""},
};

class Moment : public ::testing::TestWithParam<MomentRow> {};

TEST_P(Moment, IsRead) {
  const auto moment = parse_moment(GetParam().text);
  EXPECT_EQ(moment ? time_text(*moment) : "", GetParam().moment);
}

INSTANTIATE_TEST_SUITE_P(Table, Moment, ::testing::ValuesIn(kMoments), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
