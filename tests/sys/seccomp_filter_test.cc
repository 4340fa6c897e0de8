#include "berth/sys/seccomp_filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <map>
#include <random>

namespace berth::sys {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t kHere = AUDIT_ARCH_AARCH64;
#endif
constexpr std::uint32_t kLast = 520;  // above every system call there is

using Arguments = std::uint64_t[6];
constexpr Arguments kNone = {};

constexpr std::uint32_t error(std::uint32_t number) { return SECCOMP_RET_ERRNO | number; }

// What the contract of SyscallRule says, without any tree.
std::uint32_t judge(const SyscallPolicy& policy, std::uint32_t number, const Arguments& arguments) {
  const auto rule = std::ranges::find(policy.rules, number, &SyscallRule::number);
  if (rule == policy.rules.end()) return error(policy.other_error_number);
  const auto holds = [&](const ArgumentTest& test) { return (arguments[test.index] & test.mask) == test.value; };
  const bool wanted = rule->any_of.empty() || std::ranges::any_of(rule->any_of, holds);
  const bool allowed = rule->allowed && wanted && std::ranges::none_of(rule->none_of, holds);
  return allowed ? static_cast<std::uint32_t>(SECCOMP_RET_ALLOW) : error(rule->error_number);
}

class RandomPolicies {
 public:
  explicit RandomPolicies(std::uint32_t seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  // Small values, so that tests meet arguments, in one half of the word or in both.
  std::uint64_t word() {
    constexpr std::uint64_t kShifts[] = {0, 31, 32, 60};
    return (std::uint64_t{below(4)} << kShifts[below(4)]) | below(3);
  }

  SyscallPolicy next() {
    SyscallPolicy policy;
    policy.other_error_number = static_cast<std::uint16_t>(1 + below(100));
    const std::uint32_t kinds = 1 + below(6);  // few kinds make long runs, many make short ones
    const std::uint32_t density = 1 + below(10);
    std::vector<SyscallRule> prototypes;
    for (std::uint32_t i = 0; i < kinds; ++i) prototypes.push_back(rule());
    for (std::uint32_t number = below(3); number < kLast - 10; ++number) {
      if (below(10) >= density) continue;
      policy.rules.push_back(prototypes[below(kinds)]);
      policy.rules.back().number = number;
    }
    std::ranges::shuffle(policy.rules, random_);
    return policy;
  }

 private:
  SyscallRule rule() {
    SyscallRule rule;
    rule.allowed = below(4) != 0;
    rule.error_number = static_cast<std::uint16_t>(1 + below(100));
    for (std::uint32_t i = below(3); i > 0 && below(2) == 0; --i) rule.any_of.push_back(test());
    for (std::uint32_t i = below(3); i > 0 && below(2) == 0; --i) rule.none_of.push_back(test());
    return rule;
  }

  ArgumentTest test() {
    const std::uint64_t mask = below(2) == 0 ? ~std::uint64_t{0} : word();
    return {.index = below(6), .mask = mask, .value = word() & mask};
  }

  std::mt19937 random_;
};

TEST(Filter, AgreesWithItsRulesForEveryNumber) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    RandomPolicies random(seed);
    const SyscallPolicy policy = random.next();
    const auto program = compile_filter(policy);
    ASSERT_LE(program.size(), 4096u) << "seed " << seed;  // BPF_MAXINSNS
    for (std::uint32_t number = 0; number <= kLast; ++number) {
      for (int round = 0; round < 4; ++round) {
        Arguments arguments;
        for (std::uint64_t& argument : arguments) argument = random.word();
        ASSERT_EQ(run_filter(program, kHere, number, arguments), judge(policy, number, arguments))
            << "seed " << seed << ", call " << number;
      }
    }
    ASSERT_EQ(run_filter(program, kHere, 0x3fffffff, kNone), error(policy.other_error_number));
  }
}

TEST(Filter, RefusesEverythingWithoutRules) {
  const auto program = compile_filter({});
  EXPECT_EQ(run_filter(program, kHere, 0, kNone), error(38));
  EXPECT_EQ(run_filter(program, kHere, kLast, kNone), error(38));
}

// What the number of a foreign table means is not ours to guess.
TEST(Filter, KillsCallsThroughForeignTables) {
  SyscallPolicy policy;
  for (std::uint32_t number = 0; number < kLast; ++number) policy.rules.push_back({.number = number});
  const auto program = compile_filter(policy);
  EXPECT_EQ(run_filter(program, kHere, 1, kNone), static_cast<std::uint32_t>(SECCOMP_RET_ALLOW));
  for (const std::uint32_t arch : {0u, std::uint32_t{AUDIT_ARCH_I386}, std::uint32_t{AUDIT_ARCH_ARM}, kHere ^ 1u,
                                   kHere ^ std::uint32_t{__AUDIT_ARCH_LE}}) {
    for (const std::uint32_t number : {0u, 1u, 11u, kLast + 1}) {
      EXPECT_EQ(run_filter(program, arch, number, kNone), SECCOMP_RET_KILL_PROCESS) << std::hex << arch;
    }
  }
#if defined(__x86_64__)
  for (std::uint32_t number = 0; number < kLast; ++number) {
    ASSERT_EQ(run_filter(program, kHere, 0x40000000u + number, kNone), SECCOMP_RET_KILL_PROCESS) << number;
  }
  EXPECT_EQ(run_filter(program, kHere, 0xffffffffu, kNone), SECCOMP_RET_KILL_PROCESS);
#endif
}

struct ArgumentRow {
  const char* name;
  SyscallRule rule;
  std::vector<std::uint64_t> arguments;
  bool allowed;
};

constexpr std::uint64_t kHigh = std::uint64_t{1} << 32;
constexpr std::uint64_t kInt = 0xffffffff;

const ArgumentRow kArguments[] = {
    {"AnyOfFirst", {.any_of = {{0, ~0ull, 1}, {0, ~0ull, 2}}}, {1}, true},
    {"AnyOfSecond", {.any_of = {{0, ~0ull, 1}, {0, ~0ull, 2}}}, {2}, true},
    {"AnyOfNone", {.any_of = {{0, ~0ull, 1}, {0, ~0ull, 2}}}, {3}, false},
    {"AnyOfLooksAtTheUpperHalf", {.any_of = {{0, ~0ull, 1}}}, {kHigh | 1}, false},
    {"AnyOfUpperHalfAlone", {.any_of = {{0, ~0ull, kHigh}}}, {kHigh}, true},
    {"MaskPassesOverTheUpperHalf", {.any_of = {{0, kInt, 1}}}, {kHigh | 1}, true},
    {"MaskOfUpperHalf", {.any_of = {{0, ~kInt, 0}}}, {7}, true},
    {"LastArgument", {.any_of = {{5, ~0ull, 9}}}, {0, 0, 0, 0, 0, 9}, true},
    {"OtherArgument", {.any_of = {{5, ~0ull, 9}}}, {9, 9, 9, 9, 9, 0}, false},
    {"NoneOfHit", {.none_of = {{1, kInt, 4}}}, {0, 4}, false},
    {"NoneOfHitBehindTheMask", {.none_of = {{1, kInt, 4}}}, {0, kHigh * 8 | 4}, false},
    {"NoneOfMissed", {.none_of = {{1, kInt, 4}}}, {4, 5}, true},
    {"NoneOfSecond", {.none_of = {{1, kInt, 4}, {1, kInt, 5}}}, {0, 5}, false},
    {"NoneOfBeforeAnyOf", {.any_of = {{0, ~0ull, 1}}, .none_of = {{1, ~0ull, 2}}}, {1, 2}, false},
    {"BothSatisfied", {.any_of = {{0, ~0ull, 1}}, .none_of = {{1, ~0ull, 2}}}, {1, 3}, true},
    {"RefusedWhateverTheArguments", {.allowed = false, .any_of = {{0, ~0ull, 1}}}, {1}, false},
};

class ArgumentTests : public ::testing::TestWithParam<ArgumentRow> {};

TEST_P(ArgumentTests, Decide) {
  const ArgumentRow& row = GetParam();
  SyscallPolicy policy;
  policy.rules = {{.number = 6}, row.rule, {.number = 8, .allowed = false}};
  policy.rules[1].number = 7;
  policy.rules[1].error_number = 97;
  Arguments arguments = {};
  std::ranges::copy(row.arguments, arguments);
  const auto program = compile_filter(policy);
  const auto allow = static_cast<std::uint32_t>(SECCOMP_RET_ALLOW);
  EXPECT_EQ(run_filter(program, kHere, 7, arguments), row.allowed ? allow : error(97));
  EXPECT_EQ(run_filter(program, kHere, 6, arguments), allow);
  EXPECT_EQ(run_filter(program, kHere, 8, arguments), error(1));
  EXPECT_EQ(run_filter(program, kHere, 9, arguments), error(38));
}

INSTANTIATE_TEST_SUITE_P(Table, ArgumentTests, ::testing::ValuesIn(kArguments),
                         [](const auto& row) { return row.param.name; });

// Past 255 instructions a conditional jump does not reach.
TEST(Filter, JumpsOverLongDecisions) {
  SyscallPolicy policy;
  for (std::uint32_t number = 0; number < 60; ++number) {
    SyscallRule rule = {.number = number};
    for (std::uint64_t value = 0; value < 8; ++value) rule.any_of.push_back({0, ~0ull, value * 100 + number});
    policy.rules.push_back(rule);
  }
  const auto program = compile_filter(policy);
  for (std::uint32_t number = 0; number < 61; ++number) {
    for (const std::uint64_t value : {std::uint64_t{number}, std::uint64_t{700 + number}, std::uint64_t{99}}) {
      const Arguments arguments = {value};
      EXPECT_EQ(run_filter(program, kHere, number, arguments), judge(policy, number, arguments)) << number;
    }
  }
}

}  // namespace
}  // namespace berth::sys
