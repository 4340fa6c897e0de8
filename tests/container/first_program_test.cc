#include "berth/container/first_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "berth/sys/child.h"
#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::container {
namespace {

using namespace std::string_literals;

LaunchSpec spec_with(std::vector<std::string> environment) {
  LaunchSpec spec;
  spec.programs = {"python3", "python"};
  spec.arguments = {"/run/berth/loop.py", "frames", "3", "4"};
  spec.environment = std::move(environment);
  return spec;
}

TEST(FirstPlan, HasThreeGroups) {
  const auto plan = first_plan(spec_with({"A=1", "PATH=/usr/bin::/bin"}));
  ASSERT_TRUE(testing::ok(plan));
  EXPECT_EQ(*plan,
            "/usr/bin/python3\0/bin/python3\0/usr/bin/python\0/bin/python\0\0"
            "/run/berth/loop.py\0frames\0"
            "3\0"
            "4\0\0"
            "A=1\0PATH=/usr/bin::/bin\0\0"s);
}

TEST(FirstPlan, IsRefusedWhereTheProgramWouldNotTakeIt) {
  EXPECT_TRUE(testing::fails_with(first_plan(spec_with({"A=" + std::string(1 << 20, 'x')})), Errc::Exhausted,
                                  "more than can be handed over"));
  EXPECT_TRUE(testing::fails_with(first_plan(spec_with(std::vector<std::string>(5000, "A=1"))), Errc::Exhausted,
                                  "its environment has"));
}

TEST(FirstProgram, IsAStaticExecutable) {
  EXPECT_TRUE(first_program().starts_with("\177ELF"));
  EXPECT_EQ(first_program().find("ld-linux"), std::string_view::npos);
}

struct Mapped {
  const char* name;
  const char* map;
  std::optional<std::uint32_t> outside;
};

const Mapped kMaps[] = {
    {"ThatOfTheMachine", "         0          0 4294967295\n", 4000},
    {"Shifted", "0 231072 65536\n", 235072},
    {"InTheSecondRange", "0 1000 1\n1 100000 65536\n", 103999},
    {"Nobody", "0 1000 1\n", std::nullopt},
    {"NoMap", "", std::nullopt},
    {"NoNumbers", "x y z\n", std::nullopt},
};

class IdOutside : public ::testing::TestWithParam<Mapped> {};

TEST_P(IdOutside, IsRead) { EXPECT_EQ(id_outside(GetParam().map, 4000), GetParam().outside); }

INSTANTIATE_TEST_SUITE_P(Table, IdOutside, ::testing::ValuesIn(kMaps), [](const auto& row) { return row.param.name; });

// A child that holds a lock on `path`, says so, and ends with status 7 when it is told to.
struct Holder {
  sys::Pipe said;
  sys::Pipe go;
  std::optional<sys::Child> child;
};

Holder hold(const std::string& path) {
  Holder holder{*sys::make_pipe(), *sys::make_pipe(), std::nullopt};
  holder.child.emplace(*sys::Child::start(0, std::nullopt, [&] {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct flock lock = {};
    lock.l_type = F_RDLCK;
    if (::fcntl(file, F_SETLK, &lock) != 0 || ::write(holder.said.write.get(), "h", 1) != 1) return 1;
    char byte = 0;
    return ::read(holder.go.read.get(), &byte, 1) == 1 ? 7 : 2;
  }));
  char byte = 0;
  EXPECT_EQ(::read(holder.said.read.get(), &byte, 1), 1);
  return holder;
}

TEST(Lock, TellsWhoHoldsIt) {
  testing::TempFolder folder;
  const std::string path = folder.path() / "lock";
  const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  EXPECT_EQ(*holder_of_lock(file.get()), std::nullopt);
  Holder holder = hold(path);
  EXPECT_EQ(*holder_of_lock(file.get()), holder.child->pid());
  EXPECT_EQ(status_of_ended(holder.child->pid()), std::nullopt);  // it lives
  ASSERT_EQ(::write(holder.go.write.get(), "g", 1), 1);
  siginfo_t ended = {};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(holder.child->pid()), &ended, WEXITED | WNOWAIT), 0);
  const auto status = status_of_ended(holder.child->pid());
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(WEXITSTATUS(*status), 7);
  EXPECT_EQ(*holder_of_lock(file.get()), std::nullopt);
}

TEST(OnlyChild, IsFoundWhereThereIsOne) {
  const auto none = sys::Child::start(0, std::nullopt, [] { return ::pause(); });
  ASSERT_TRUE(testing::ok(none));
  EXPECT_TRUE(testing::fails_with(only_child_of(none->pid()), Errc::Unavailable, "find the child"));
  EXPECT_EQ(*only_child_of(::getpid()), none->pid());
  const auto second = sys::Child::start(0, std::nullopt, [] { return ::pause(); });
  EXPECT_TRUE(testing::fails_with(only_child_of(::getpid()), Errc::Unavailable, "it has"));
}

}  // namespace
}  // namespace berth::container
