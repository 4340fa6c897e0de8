#include "berth/server/sort_order.h"

#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;

struct OrderRow {
  const char* name;
  const char* text;
  std::vector<SortKey> keys;
};

const OrderRow kOrders[] = {
    {"Nothing", "", {}},
    {"Blanks", "  ", {}},
    {"One", "created.desc", {{"created", true}}},
    {"Several", "severity.asc, created.DESC", {{"severity", false}, {"created", true}}},
    {"FieldWithADot", "incident.name.asc", {{"incident.name", false}}},
};

class SortOrder : public ::testing::TestWithParam<OrderRow> {};

TEST_P(SortOrder, IsRead) {
  const auto keys = parse_sort_order(GetParam().text);
  ASSERT_TRUE(ok(keys));
  EXPECT_EQ(*keys, GetParam().keys);
}

INSTANTIATE_TEST_SUITE_P(Table, SortOrder, ::testing::ValuesIn(kOrders),
                         [](const auto& row) { return row.param.name; });

struct BadRow {
  const char* name;
  std::string text;
  const char* why;
};

const BadRow kBad[] = {
    {"NoDirection", "created", "'created' is no order; write field.asc,field.desc"},
    {"OtherDirection", "created.down", "'created.down' is no order"},
    {"NoField", ".asc", "'.asc' is no order"},
    {"NothingBehindAComma", "created.asc,", "'' is no order"},
    {"Control", "a\x1b.up", "is no order"},
    {"TooMany", "a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc,a.asc",
     "more than 16 fields"},
};

class BadSortOrder : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadSortOrder, IsRefused) {
  EXPECT_TRUE(fails_with(parse_sort_order(GetParam().text), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadSortOrder, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

struct SortedRow {
  const char* name;
  const char* order;
  const char* objects;
  const char* sorted;  // their members `n`
};

const SortedRow kSorted[] = {
    {"Numbers", "v.asc", R"([{"n": 1, "v": 10}, {"n": 2, "v": 9}, {"n": 3, "v": 0.5}])", "321"},
    {"NumbersInTexts", "v.asc", R"([{"n": 1, "v": "10"}, {"n": 2, "v": "9"}])", "21"},
    {"Turned", "v.desc", R"([{"n": 1, "v": 1}, {"n": 2, "v": 2}])", "21"},
    {"Texts", "v.asc", R"([{"n": 1, "v": "b"}, {"n": 2, "v": "C"}, {"n": 3, "v": "a"}])", "312"},
    {"Moments", "v.asc",
     R"([{"n": 1, "v": "2026-01-01T00:00:00+02:00"}, {"n": 2, "v": "2026-01-01T00:00:00Z"},
         {"n": 3, "v": "2025-12-31T21:00:00Z"}])",
     "312"},
    {"Kinds", "v.asc", R"([{"n": 1, "v": "x"}, {"n": 2, "v": "2026-01-01"}, {"n": 3, "v": 7}])", "321"},
    {"MissingIsLast", "v.asc", R"([{"n": 1}, {"n": 2, "v": null}, {"n": 3, "v": 1}])", "312"},
    {"MissingIsLastWhenTurned", "v.desc", R"([{"n": 1}, {"n": 2, "v": ""}, {"n": 3, "v": 1}])", "312"},
    {"NotANumber", "v.asc", R"([{"n": 1, "v": NaN}, {"n": 2, "v": 1}, {"n": 3, "v": Infinity}])", "231"},
    {"CustomFields", "v.asc", R"([{"n": 1, "CustomFields": {"v": 2}}, {"n": 2, "CustomFields": {"v": 1}}])", "21"},
    {"FirstOfAList", "v.asc", R"([{"n": 1, "v": [2, 0]}, {"n": 2, "v": [1]}, {"n": 3, "v": []}])", "213"},
    {"EqualKeepTheirPlaces", "v.desc", R"([{"n": 1, "v": 1}, {"n": 2, "v": 1}, {"n": 3, "v": 2}])", "312"},
    {"SecondKey", "v.asc,n.desc", R"([{"n": 1, "v": 1}, {"n": 2, "v": 1}, {"n": 3, "v": 0}])", "321"},
    {"NoKeys", "", R"([{"n": 2}, {"n": 1}])", "21"},
};

class Sorted : public ::testing::TestWithParam<SortedRow> {};

TEST_P(Sorted, ByTheKeys) {
  const auto keys = parse_sort_order(GetParam().order);
  ASSERT_TRUE(ok(keys));
  std::vector<Json> objects = *json(GetParam().objects).as_array();
  sort_by(objects, *keys);
  std::string sorted;
  for (const Json& one : objects) sorted += print_json(*one.find("n"));
  EXPECT_EQ(sorted, GetParam().sorted);
}

INSTANTIATE_TEST_SUITE_P(Table, Sorted, ::testing::ValuesIn(kSorted), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
