#include "berth/container/lease.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <optional>
#include <set>

#include "berth/base/ids.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::container {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr sys::IdRange kGranted = {1'000'000, 3 * kIdsPerContainer + 100};

std::string id_of(char letter) { return std::string(26, letter); }

class Leases : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = RuntimeFolder::open(temp_.path() / "run");
    ASSERT_TRUE(testing::ok(folder));
    folder_ = *std::move(folder);
  }

  Result<Lease> take(char letter, IdPool pool = {kGranted}) {
    return Lease::take(*folder_, pool, id_of(letter), [&](const std::string& id) { swept_.push_back(id); });
  }

  std::string owner_of(std::uint32_t slot) {
    return sys::read_file(folder_->leases() / std::to_string(slot), 100).value_or("none");
  }

  testing::TempFolder temp_;
  std::optional<RuntimeFolder> folder_;
  std::vector<std::string> swept_;
};

TEST_F(Leases, AreDisjoint) {
  std::vector<Lease> leases;
  std::set<std::uint32_t> firsts;
  for (const char letter : {'A', 'B', 'C'}) {
    auto lease = take(letter);
    ASSERT_TRUE(testing::ok(lease));
    EXPECT_EQ(lease->ids().count, kIdsPerContainer);
    EXPECT_EQ(lease->ids().first, kGranted.first + lease->slot() * kIdsPerContainer);
    EXPECT_LE(lease->ids().first + lease->ids().count, kGranted.first + kGranted.count);
    EXPECT_TRUE(firsts.insert(lease->ids().first).second);
    EXPECT_EQ(owner_of(lease->slot()), id_of(letter));
    leases.push_back(*std::move(lease));
  }
  EXPECT_TRUE(testing::fails_with(take('D'), Errc::Exhausted, "all 3 ranges granted to berth in /etc/subuid"));
  EXPECT_THAT(swept_, IsEmpty());
}

TEST_F(Leases, AreOfOneIdWhereTheScriptAloneGetsOne) {
  const IdPool pool = {{60'000, 2}, 1};
  const auto first = take('A', pool);
  const auto second = take('B', pool);
  ASSERT_TRUE(testing::ok(first));
  ASSERT_TRUE(testing::ok(second));
  EXPECT_EQ(first->ids(), (sys::IdRange{60'000, 1}));
  EXPECT_EQ(second->ids(), (sys::IdRange{60'001, 1}));
  EXPECT_TRUE(testing::fails_with(take('C', pool), Errc::Exhausted, "all 2 ranges"));
}

TEST_F(Leases, AreFreeAgainWhenSettled) {
  std::optional<Lease> first;
  {
    auto lease = take('A');
    ASSERT_TRUE(testing::ok(lease));
    first.emplace(*std::move(lease));
  }
  ASSERT_TRUE(testing::ok(first->settle()));
  const std::uint32_t slot = first->slot();
  first.reset();
  const auto second = take('B');
  ASSERT_TRUE(testing::ok(second));
  EXPECT_EQ(second->slot(), slot);
  EXPECT_THAT(swept_, IsEmpty());
}

TEST_F(Leases, OfTheDeadAreSwept) {
  {
    ASSERT_TRUE(testing::ok(take('A')));
  }  // let go of, and not settled: its holder died
  const auto next = take('B');
  ASSERT_TRUE(testing::ok(next));
  EXPECT_EQ(next->slot(), 0u);
  EXPECT_THAT(swept_, ElementsAre(id_of('A')));
  EXPECT_EQ(owner_of(0), id_of('B'));
}

TEST_F(Leases, OfTheDeadAreSweptBehindAFreeOneToo) {
  {
    const auto first = take('A');
    const auto second = take('B');
    const auto third = take('C');
    ASSERT_TRUE(testing::ok(third));
  }
  const auto next = take('D');
  ASSERT_TRUE(testing::ok(next));
  EXPECT_EQ(next->slot(), 0u);
  EXPECT_THAT(swept_, ElementsAre(id_of('A'), id_of('B'), id_of('C')));
  swept_.clear();
  ASSERT_TRUE(testing::ok(take('E')));
  EXPECT_THAT(swept_, IsEmpty()) << "each is swept once";
}

TEST_F(Leases, OfTheLivingAreNotSwept) {
  const auto first = take('A');
  const auto second = take('B');
  ASSERT_TRUE(testing::ok(second));
  EXPECT_EQ(owner_of(0), id_of('A'));
  EXPECT_THAT(swept_, IsEmpty());
}

TEST_F(Leases, WithoutAProperOwnerSweepNothing) {
  for (const char* text : {"../../etc", "A", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "AAAAAAAAAAAAAAAAAAAAAAAAAA\n"}) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder_->leases() / "0", text, 0600)));
    auto lease = take('B');
    ASSERT_TRUE(testing::ok(lease));
    EXPECT_EQ(owner_of(0), id_of('B'));
    ASSERT_TRUE(testing::ok(lease->settle()));
  }
  EXPECT_THAT(swept_, IsEmpty());
}

TEST_F(Leases, NeedARangeOfEnoughIds) {
  EXPECT_TRUE(
      testing::fails_with(take('A', {{1000, kIdsPerContainer - 1}}), Errc::Unavailable,
                          "65535 ids granted to berth in /etc/subuid is too small; each container takes 65536"));
}

TEST_F(Leases, SayWhichFileCannotBeOpened) {
  std::filesystem::remove_all(folder_->leases());
  EXPECT_TRUE(testing::fails_with(take('A'), Errc::NotFound, "leases/0"));
}

TEST(RuntimeFolder, IsMadeOnceAndClosedToOthers) {
  const testing::TempFolder temp;
  for (int time = 0; time < 2; ++time) {
    const auto folder = RuntimeFolder::open(temp.path() / "a/run");
    ASSERT_TRUE(testing::ok(folder));
    for (const auto& part : {folder->leases(), folder->roots(), folder->kept()}) {
      EXPECT_EQ(std::filesystem::status(part).permissions(), std::filesystem::perms::owner_all) << part;
    }
    for (const char* part : {"root", "scratch", "furniture"}) {
      EXPECT_TRUE(std::filesystem::is_empty(folder->stage(part)));
    }
  }
}

TEST(RuntimeFolder, SaysWhatItCouldNotMake) {
  const testing::TempFolder temp;
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(temp.path() / "file", "", 0600)));
  const auto folder = RuntimeFolder::open(temp.path() / "file/run");
  ASSERT_FALSE(folder.has_value());
  EXPECT_TRUE(folder.error().message().starts_with("prepare the runtime folder: ")) << folder.error().message();
}

TEST(ContainerId, IsAUlid) {
  EXPECT_TRUE(is_container_id("01J9ZQ4Y7V8W9X0ABCDEFGHJKM"));
  EXPECT_TRUE(is_container_id(make_call_id()));
  for (const char* text : {"", "01J9ZQ4Y7V8W9X0ABCDEFGHJK", "01J9ZQ4Y7V8W9X0ABCDEFGHJKMN", "01j9zq4y7v8w9x0abcdefghjkm",
                           "01J9ZQ4Y7V8W9X0ABCDEFGHJ/M", "../9ZQ4Y7V8W9X0ABCDEFGHJKM"}) {
    EXPECT_FALSE(is_container_id(text)) << text;
  }
}

}  // namespace
}  // namespace berth::container
