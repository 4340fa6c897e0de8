#include "berth/app/apart.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using testing::fails_with;
using testing::ok;

TEST(Apart, DoesNothingForNobody) {
  EXPECT_TRUE(run_apart(0, [](std::size_t) -> std::string { return "never"; }).empty());
}

TEST(Apart, GivesAnswersInTheirOrder) {
  // The first ones take longest.
  const auto answers = run_apart(5, [](std::size_t i) {
    ::usleep(static_cast<useconds_t>((5 - i) * 10'000));
    return std::to_string(i);
  });
  ASSERT_EQ(answers.size(), 5u);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(ok(answers[i]));
    EXPECT_EQ(*answers[i], std::to_string(i));
  }
}

TEST(Apart, WorksInOtherProcesses) {
  const pid_t here = ::getpid();
  int touched = 0;
  const auto answers = run_apart(3, [&](std::size_t) {
    ++touched;
    return std::to_string(::getpid()) + " " + std::to_string(::getppid());
  });
  EXPECT_EQ(touched, 0);
  for (const auto& answer : answers) {
    ASSERT_TRUE(ok(answer));
    EXPECT_TRUE(answer->ends_with(" " + std::to_string(here)));
    EXPECT_FALSE(answer->starts_with(std::to_string(here) + " "));
  }
  EXPECT_EQ(std::set({*answers[0], *answers[1], *answers[2]}).size(), 3u);
}

struct EndRow {
  const char* name;
  void (*end)();
};

const EndRow kEnds[] = {
    {"Killed", [] { ::raise(SIGKILL); }},
    {"Exited", [] { ::_exit(3); }},
    {"ExitedWell", [] { ::_exit(0); }},
};

class DyingWorker : public ::testing::TestWithParam<EndRow> {};

TEST_P(DyingWorker, IsAnErrorAndTheOthersGoOn) {
  const auto answers = run_apart(4, [](std::size_t i) {
    if (i == 1) GetParam().end();
    return std::string("well");
  });
  for (std::size_t i = 0; i < 4; ++i) {
    if (i == 1) {
      EXPECT_TRUE(fails_with(answers[i], Errc::Internal, "the process of this call ended early"));
    } else {
      ASSERT_TRUE(ok(answers[i]));
      EXPECT_EQ(*answers[i], "well");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, DyingWorker, ::testing::ValuesIn(kEnds),
                         [](const auto& row) { return row.param.name; });

TEST(Apart, CarriesMoreThanAPipeHolds) {
  const auto answers =
      run_apart(3, [](std::size_t i) { return std::string(i * 1'000'000, static_cast<char>('a' + i)); });
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(ok(answers[i]));
    EXPECT_EQ(*answers[i], std::string(i * 1'000'000, static_cast<char>('a' + i)));
  }
}

// Each worker leaves a file while it runs, and says how many it saw.
TEST(Apart, RunsNoMoreThanItMayAtATime) {
  testing::TempFolder folder;
  constexpr std::size_t kCount = 2 * kMostApart + 3;
  const auto answers = run_apart(kCount, [&](std::size_t i) {
    const auto mine = folder.path() / std::to_string(i);
    std::ofstream(mine) << i;
    ::usleep(30'000);
    const auto seen = std::distance(std::filesystem::directory_iterator(folder.path()), {});
    std::filesystem::remove(mine);
    return std::to_string(seen);
  });
  ASSERT_EQ(answers.size(), kCount);
  std::size_t most = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(ok(answer));
    most = std::max(most, static_cast<std::size_t>(std::stoul(*answer)));
  }
  EXPECT_LE(most, kMostApart);
  EXPECT_GE(most, 2u);
}

}  // namespace
}  // namespace berth::app
