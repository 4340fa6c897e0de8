#include "berth/dt/member_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace berth::dt {
namespace {

Json::Object many(int count) {
  Json::Object members;
  for (int i = 0; i < count; ++i) members.emplace_back(fmt::format("K{}", i), i);
  return members;
}

std::optional<std::int64_t> value_of(const Json* found) {
  return found == nullptr ? std::nullopt : std::optional(*found->as_int());
}

TEST(MemberIndex, FindsTheLastOfAName) {
  for (const int count : {3, 64, 65, 1000}) {
    Json::Object members = many(count);
    members.emplace_back("K1", 5000);
    members.emplace_back("K2", 6000);
    MemberIndex index;
    for (int look = 0; look < 4; ++look) {
      EXPECT_EQ(value_of(index.find(members, "K1")), 5000) << count;
      EXPECT_EQ(value_of(index.find(members, "K2")), 6000) << count;
      EXPECT_EQ(value_of(index.find(members, "K0")), 0) << count;
      EXPECT_EQ(index.find(members, "K"), nullptr) << count;
    }
  }
}

TEST(MemberIndex, KnowsAnotherObjectInTheSamePlaceAfterForget) {
  Json::Object members = many(100);
  MemberIndex index;
  for (int look = 0; look < 3; ++look) ASSERT_EQ(value_of(index.find(members, "K7")), 7);
  for (auto& [name, value] : members) name += "x";
  index.forget();
  for (int look = 0; look < 3; ++look) {
    EXPECT_EQ(index.find(members, "K7"), nullptr);
    EXPECT_EQ(value_of(index.find(members, "K7x")), 7);
  }
}

// Objects that grow, that are moved as a whole and that are looked at in any order: always what a look at each member
// would have found.
TEST(MemberIndex, AgreesWithALookAtEachMember) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<Json::Object> objects(1 + seed % 9);
    MemberIndex index;
    for (int step = 0; step < 4000; ++step) {
      Json::Object& members = objects[random() % objects.size()];
      const std::string name = fmt::format("K{}", random() % 700);
      Json* const found = index.find(members, name);
      Json* by_hand = nullptr;
      for (auto& [known, value] : members) by_hand = known == name ? &value : by_hand;
      ASSERT_EQ(found, by_hand) << "seed " << seed << ", step " << step;
      if (found == nullptr) index.append(members, name, step);
      if (random() % 100 == 0) objects.emplace_back();  // moves them all, now and then
    }
  }
}

}  // namespace
}  // namespace berth::dt
