#include "berth/http/worker_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace berth::http {
namespace {

using namespace std::chrono_literals;

WorkerChoice::Time at(std::chrono::milliseconds time) { return WorkerChoice::Time(1h + time); }

WorkerZygote zygote(const char* key, std::uint64_t memory = 1, const char* item = "item") {
  return {key, item, 1, memory, ""};
}

class Choice : public ::testing::Test {
 protected:
  Choice() : Choice(WorkerBounds{.calls = 3, .waiting = 2, .idle = 2, .idle_time = 1min, .zygotes = 4}) {}
  explicit Choice(const WorkerBounds& bounds) : choice_(bounds) {}

  WorkerChoice::Start start(std::uint64_t affinity) {
    choice_.add({++ticket_, 0, affinity});
    const auto started = choice_.next();
    EXPECT_TRUE(started);
    return started.value_or(WorkerChoice::Start());
  }
  void finish(WorkerId worker, std::chrono::milliseconds time, std::vector<WorkerZygote> zygotes = {},
              std::uint64_t memory = 0) {
    EXPECT_TRUE(choice_.answered(worker, false));
    EXPECT_TRUE(choice_.rested(worker, std::move(zygotes), memory, at(time)));
  }
  WorkerState state(WorkerId worker) const { return choice_.workers().at(worker).state; }
  std::set<WorkerId> ending(std::chrono::milliseconds time) {
    std::set<WorkerId> ids;
    for (const auto& order : choice_.orders(at(time))) {
      if (order.ends) ids.insert(order.worker);
    }
    return ids;
  }

  WorkerChoice choice_;
  std::uint64_t ticket_ = 0;
};

TEST_F(Choice, MakesAWorkerWhereNoneIsIdle) {
  const auto first = start(1);
  const auto second = start(1);
  EXPECT_TRUE(first.is_new && second.is_new);
  EXPECT_NE(first.worker, second.worker);
  EXPECT_EQ(choice_.busy(), 2u);
}

TEST_F(Choice, HasOneWorkerMakeTheZygoteOfWhoCallsOneAfterTheOther) {
  const auto first = start(1);
  EXPECT_TRUE(first.begins_zygotes);
  EXPECT_TRUE(choice_.answered(first.worker, true));
  const auto second = start(1);
  EXPECT_NE(second.worker, first.worker);
  EXPECT_FALSE(second.begins_zygotes);
  EXPECT_EQ(second.zygotes, 0u);
  finish(second.worker, 1s);
  EXPECT_TRUE(choice_.rested(first.worker, {zygote("a")}, 0, at(2s)));
  EXPECT_EQ(start(1).worker, first.worker) << "the other one does not count as one that knows it";
}

TEST_F(Choice, HasAWorkerOfEachUserMakeZygotes) {
  const auto first = start(1);
  EXPECT_TRUE(choice_.answered(first.worker, true));
  choice_.add({++ticket_, 7, 1});
  const auto of_another = choice_.next();
  ASSERT_TRUE(of_another);
  EXPECT_TRUE(of_another->begins_zygotes);
}

TEST_F(Choice, HasAsManyMakeZygotesAsCallAtOnce) {
  const auto first = start(1);
  EXPECT_TRUE(choice_.answered(first.worker, true));
  EXPECT_FALSE(start(1).begins_zygotes);
  EXPECT_TRUE(start(1).begins_zygotes) << "two of them run now";
}

TEST_F(Choice, PrefersTheOneThatServedTheLikeOfIt) {
  const auto first = start(1);
  const auto second = start(2);
  finish(first.worker, 1s);
  finish(second.worker, 2s);
  EXPECT_EQ(start(1).worker, first.worker);
  EXPECT_EQ(start(2).worker, second.worker);
}

TEST_F(Choice, PrefersTheOneForWhichItWasTheLastThing) {
  const auto first = start(1);
  const auto second = start(1);
  finish(second.worker, 1s);
  EXPECT_EQ(start(2).worker, second.worker);
  finish(second.worker, 2s);
  finish(first.worker, 3s);
  EXPECT_EQ(start(1).worker, first.worker);
}

TEST_F(Choice, TakesTheOneUsedLongestAgoForSomethingNew) {
  const auto first = start(1);
  const auto second = start(2);
  finish(second.worker, 1s);
  finish(first.worker, 2s);
  const auto third = start(3);
  EXPECT_EQ(third.worker, second.worker);
  EXPECT_FALSE(third.is_new);
}

TEST_F(Choice, WaitsForOneThatTidiesUpAfterTheLikeOfIt) {
  const auto first = start(1);
  EXPECT_TRUE(choice_.answered(first.worker, false));
  EXPECT_EQ(state(first.worker), WorkerState::Tidying);
  EXPECT_TRUE(start(2).is_new) << "another one does not wait for it";
  const auto again = start(1);
  EXPECT_EQ(again.worker, first.worker);
  // What it tells of the first call comes during the second.
  EXPECT_TRUE(choice_.rested(first.worker, {}, 0, at(1s)));
  EXPECT_EQ(state(first.worker), WorkerState::Busy);
  EXPECT_FALSE(choice_.rested(first.worker, {}, 0, at(1s))) << "once";
}

TEST_F(Choice, DoesNotWaitForOneThatMakesAZygote) {
  const auto first = start(1);
  EXPECT_TRUE(choice_.answered(first.worker, true));
  EXPECT_EQ(state(first.worker), WorkerState::Warming);
  EXPECT_TRUE(start(1).is_new);
}

TEST_F(Choice, KeepsItsBounds) {
  for (int i = 0; i < 3; ++i) start(1);
  choice_.add({++ticket_, 0, 1});
  EXPECT_FALSE(choice_.next());
  EXPECT_TRUE(choice_.has_room({99, 0, 1}));
  choice_.add({++ticket_, 0, 1});
  EXPECT_FALSE(choice_.has_room({99, 0, 1}));
  EXPECT_TRUE(choice_.forget(ticket_));
  EXPECT_TRUE(choice_.has_room({99, 0, 1}));
}

TEST_F(Choice, EndsIdleOnesThatAreTooMany) {
  std::vector<WorkerId> ids;
  for (std::uint64_t i = 0; i < 3; ++i) ids.push_back(start(i).worker);
  for (std::size_t i = 0; i < 3; ++i) finish(ids[i], i * 1s);
  EXPECT_EQ(ending(3s), std::set<WorkerId>{ids[0]});
  EXPECT_EQ(ending(3s), std::set<WorkerId>{}) << "it is said once";
  EXPECT_EQ(choice_.next_time(), at(61s));
  EXPECT_EQ(ending(60s), std::set<WorkerId>{});
  EXPECT_EQ(ending(61s), std::set<WorkerId>{ids[1]});
}

TEST_F(Choice, EndsWorkersThatHaveGrown) {
  const WorkerId grown = start(1).worker;
  finish(grown, 1s, {}, 1ULL << 40);
  EXPECT_EQ(ending(1s), std::set<WorkerId>{grown});
}

TEST_F(Choice, GrantsNoMoreZygotesThanThereMayBe) {
  const auto first = start(1);
  const auto second = start(2);
  const auto third = start(3);
  EXPECT_EQ(first.zygotes, 2u);
  EXPECT_EQ(second.zygotes, 2u);
  EXPECT_EQ(third.zygotes, 0u);
  EXPECT_TRUE(choice_.answered(first.worker, false));
  EXPECT_FALSE(choice_.rested(first.worker, {zygote("a"), zygote("b"), zygote("c")}, 0, at(1s))) << "more than it may";
}

TEST_F(Choice, HasAZygoteGivenBackWhereOneIsNeeded) {
  const auto first = start(1);
  const auto second = start(2);
  finish(first.worker, 1s, {zygote("old"), zygote("new")});
  finish(second.worker, 2s, {zygote("x"), zygote("y")});
  EXPECT_TRUE(choice_.orders(at(2s)).empty());
  EXPECT_EQ(start(1).zygotes, 2u);
  EXPECT_EQ(start(2).zygotes, 2u);
  EXPECT_EQ(start(3).zygotes, 0u);
  EXPECT_TRUE(choice_.orders(at(3s)).empty()) << "nobody is idle";
  finish(second.worker, 4s, {zygote("x"), zygote("y")});
  const auto orders = choice_.orders(at(4s));
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].worker, second.worker);
  EXPECT_EQ(orders[0].drops, std::vector<std::string>{"x"});
  EXPECT_TRUE(choice_.rested(second.worker, {zygote("y")}, 0, at(5s)));
  EXPECT_TRUE(choice_.orders(at(5s)).empty()) << "one is enough";
  EXPECT_EQ(choice_.held(), 3u);
}

TEST(ChoiceOfMemory, HasWhatWasUsedLongestAgoGivenBack) {
  WorkerChoice few(WorkerBounds{.calls = 3, .idle = 3, .zygotes = 8, .zygote_bytes = 100});
  few.add({1, 0, 1});
  few.add({2, 0, 2});
  const auto first = few.next();
  const auto second = few.next();
  EXPECT_TRUE(few.answered(first->worker, false));
  EXPECT_TRUE(few.rested(first->worker, {zygote("old", 30), zygote("older", 10)}, 0, at(1s)));
  EXPECT_TRUE(few.answered(second->worker, false));
  EXPECT_TRUE(few.rested(second->worker, {zygote("large", 60)}, 0, at(2s)));
  EXPECT_TRUE(few.orders(at(2s)).empty());
  // The first one of that worker is used again: it has made another child.
  few.add({3, 0, 1});
  EXPECT_EQ(few.next()->worker, first->worker);
  EXPECT_TRUE(few.answered(first->worker, false));
  WorkerZygote used = zygote("old", 35);
  used.children = 2;
  EXPECT_TRUE(few.rested(first->worker, {zygote("older", 10), used}, 0, at(3s)));
  auto orders = few.orders(at(3s));
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].worker, first->worker);
  EXPECT_EQ(orders[0].drops, std::vector<std::string>{"older"});
  EXPECT_EQ(few.zygote_bytes(), 95u);
  EXPECT_TRUE(few.rested(first->worker, {used}, 0, at(4s)));
  EXPECT_EQ(few.workers().at(first->worker).since_idle, at(3s)) << "giving back is no use";
  EXPECT_EQ(few.held(), 2u);
}

// Two that nobody has used for long, and one that is called again and again.
TEST(ChoiceOfMemory, KeepsWhatIsUsed) {
  WorkerChoice few(WorkerBounds{.calls = 2, .idle = 2, .zygotes = 8, .zygote_bytes = 15});
  std::vector<WorkerZygote> zygotes;
  const auto call = [&](std::uint64_t ticket, std::uint64_t affinity, const char* key, std::uint64_t memory) {
    few.add({ticket, 0, affinity});
    const auto started = few.next();
    const auto has_key = std::ranges::find(zygotes, key, &WorkerZygote::key);
    WorkerZygote one = has_key != zygotes.end() ? *has_key : zygote(key, memory);
    if (has_key != zygotes.end()) zygotes.erase(has_key);
    ++one.children;
    zygotes.push_back(one);
    EXPECT_TRUE(few.answered(started->worker, false));
    EXPECT_TRUE(few.rested(started->worker, zygotes, 0, at(ticket * 1s)));
    for (const auto& order : few.orders(at(ticket * 1s))) {
      for (const std::string& gone : order.drops) {
        EXPECT_NE(gone, key) << "what was just used";
        std::erase_if(zygotes, [&](const WorkerZygote& zygote) { return zygote.key == gone; });
      }
      EXPECT_TRUE(few.rested(order.worker, zygotes, 0, at(ticket * 1s)));
    }
  };
  call(1, 1, "z1", 6);
  call(2, 2, "z2", 6);
  for (std::uint64_t i = 3; i < 11; ++i) call(i, 5, "z5", 8);
  ASSERT_EQ(zygotes.size(), 2u);
  EXPECT_EQ(zygotes.front().key, "z2");
  EXPECT_EQ(zygotes.back().children, 9u);
}

TEST(ChoiceOfKeys, LeavesRoomForOthers) {
  WorkerChoice choice(WorkerBounds{.calls = 2, .calls_of_key = 1, .waiting = 0});
  EXPECT_TRUE(choice.has_room({1, 0, 1}));
  choice.add({1, 0, 1});
  EXPECT_TRUE(choice.next());
  EXPECT_FALSE(choice.has_room({2, 0, 1})) << "there is no queue, and its key has all that it may have";
  EXPECT_TRUE(choice.has_room({2, 0, 2}));
  EXPECT_TRUE(choice.has_room({2, 7, 1})) << "of another user";
  choice.add({2, 0, 2});
  EXPECT_TRUE(choice.next());
  EXPECT_FALSE(choice.has_room({3, 0, 3}));
}

TEST(ChoiceOfKeys, MayAllBeOfOneKeyWithoutABound) {
  WorkerChoice choice(WorkerBounds{.calls = 2});
  for (std::uint64_t i = 1; i < 5; ++i) choice.add({i, 0, 1});
  choice.add({9, 0, 2});
  const auto first = choice.next();
  EXPECT_EQ(choice.next()->ask.ticket, 9u) << "that of which none runs";
  EXPECT_TRUE(choice.answered(first->worker, false));
  EXPECT_EQ(choice.next()->ask.affinity, 1u);
}

TEST_F(Choice, ResetsIdleOnesAtOnceAndBusyOnesAfterTheirCall) {
  const auto idle = start(1);
  const auto busy = start(2);
  finish(idle.worker, 1s);
  EXPECT_EQ(choice_.reset(std::nullopt), 2u);
  EXPECT_EQ(ending(1s), std::set<WorkerId>{idle.worker});
  EXPECT_TRUE(start(1).is_new);
  EXPECT_TRUE(choice_.answered(busy.worker, false));
  EXPECT_EQ(ending(1s), std::set<WorkerId>{busy.worker});
}

TEST_F(Choice, ResetsAnItemEverywhere) {
  const auto idle = start(1);
  const auto busy = start(2);
  finish(idle.worker, 1s, {zygote("a", 1, "one"), zygote("b", 1, "two")});
  finish(busy.worker, 1s, {zygote("c", 1, "one")});
  EXPECT_EQ(start(2).worker, busy.worker);
  EXPECT_EQ(choice_.reset("one"), 2u);
  EXPECT_EQ(choice_.reset("three"), 0u);
  auto orders = choice_.orders(at(1s));
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].drops, std::vector<std::string>{"a"});
  EXPECT_TRUE(choice_.answered(busy.worker, false));
  EXPECT_TRUE(choice_.orders(at(1s)).empty());
  EXPECT_TRUE(choice_.rested(busy.worker, {zygote("c", 1, "one")}, 0, at(2s)));
  orders = choice_.orders(at(2s));
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].drops, std::vector<std::string>{"c"});
}

TEST_F(Choice, ResetsSharedProcessesOfOneItem) {
  const auto idle = start(1);
  finish(idle.worker, 1s, {});
  choice_.shares(idle.worker, {{"s", "one", 3, 5, ""}, {"t", "two", 1, 5, ""}});
  EXPECT_EQ(choice_.workers().at(idle.worker).shared.size(), 2u);
  EXPECT_EQ(choice_.reset("one"), 1u);
  const auto orders = choice_.orders(at(1s));
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].drops, std::vector<std::string>{"s"});
  EXPECT_TRUE(choice_.rested(idle.worker, {}, 0, at(2s)));
  choice_.shares(idle.worker, {{"t", "two", 1, 5, ""}});
  EXPECT_TRUE(choice_.orders(at(2s)).empty());
}

class RoomyChoice : public Choice {
 protected:
  RoomyChoice()
      : Choice(WorkerBounds{
            .calls = 3, .waiting = 2, .idle = 2, .idle_time = 1min, .zygotes = 100, .calls_of_worker = 20}) {}

  // Calls of one affinity, each handed over while the worker tidies up after the one before.
  WorkerId keep_busy(int calls) {
    const WorkerId worker = start(1).worker;
    for (int i = 1; i < calls; ++i) {
      EXPECT_TRUE(choice_.answered(worker, false));
      EXPECT_EQ(start(1).worker, worker);
      EXPECT_TRUE(choice_.rested(worker, {zygote("a")}, 0, at(1s)));
    }
    return worker;
  }
};

TEST_F(RoomyChoice, LetsNoneThatIsNeverIdleGatherZygotes) {
  const WorkerId worker = keep_busy(15);
  EXPECT_LE(choice_.workers().at(worker).held, 6u);
}

TEST_F(RoomyChoice, EndsOneThatIsOldAndNeverIdle) {
  const WorkerId worker = keep_busy(20);
  EXPECT_TRUE(ending(1s).empty()) << "not during its call";
  EXPECT_TRUE(choice_.answered(worker, false));
  EXPECT_NE(start(1).worker, worker);
  EXPECT_EQ(ending(1s), std::set<WorkerId>{worker});
}

TEST_F(RoomyChoice, ResetsAnItemOfOneThatIsNeverIdle) {
  const WorkerId worker = keep_busy(3);
  EXPECT_EQ(choice_.reset("item"), 1u);
  EXPECT_TRUE(choice_.answered(worker, false));
  EXPECT_NE(start(1).worker, worker) << "it gives the zygote back first";
  EXPECT_TRUE(choice_.rested(worker, {zygote("a")}, 0, at(2s)));
  const auto orders = choice_.orders(at(2s));
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders.front().drops, std::vector<std::string>{"a"});
}

TEST_F(RoomyChoice, KnowsNothingOfOneThatTookTheirPlace) {
  const WorkerId worker = start(1).worker;
  finish(worker, 1s, {zygote("a", 10)}, 5);
  EXPECT_EQ(start(1).worker, worker);
  choice_.replaced(worker);
  const auto& view = choice_.workers().at(worker);
  EXPECT_EQ(std::tuple(view.zygotes.size(), view.memory_bytes, view.calls), std::tuple(0u, 0u, 1u));
}

TEST_F(Choice, GivesACallThatNobodyLookedAtToAnother) {
  const auto first = start(1);
  EXPECT_FALSE(choice_.ended(first.worker, true));
  EXPECT_EQ(choice_.waiting(), 1u);
  const auto again = choice_.next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->ask.ticket, first.ask.ticket);
  const auto lost = choice_.ended(again->worker, false);
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->ticket, first.ask.ticket);
  EXPECT_TRUE(choice_.workers().empty());
}

TEST_F(Choice, DrainsToNothing) {
  const auto busy = start(1);
  const auto idle = start(2);
  finish(idle.worker, 1s);
  choice_.add({++ticket_, 0, 3});
  choice_.drain();
  EXPECT_EQ(choice_.waiting(), 0u);
  EXPECT_EQ(ending(1s), std::set<WorkerId>{idle.worker});
  EXPECT_FALSE(choice_.ended(idle.worker, false));
  choice_.add({++ticket_, 0, 3});
  EXPECT_FALSE(choice_.next());
  EXPECT_TRUE(choice_.answered(busy.worker, true));
  EXPECT_EQ(ending(2s), std::set<WorkerId>{busy.worker});
}

TEST_F(Choice, TakesNoReportThatCannotBe) {
  EXPECT_FALSE(choice_.answered(7, false));
  EXPECT_FALSE(choice_.rested(7, {}, 0, at(1s)));
  const auto first = start(1);
  EXPECT_FALSE(choice_.rested(first.worker, {}, 0, at(1s))) << "in the middle of its call";
  EXPECT_TRUE(choice_.answered(first.worker, false));
  EXPECT_FALSE(choice_.answered(first.worker, false));
}

}  // namespace
}  // namespace berth::http
