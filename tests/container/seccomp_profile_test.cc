#include "berth/container/seccomp_profile.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "berth/base/json.h"
#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t kHere = AUDIT_ARCH_AARCH64;
#endif

bool holds(const sys::ArgumentTest& test, std::uint64_t value) { return (value & test.mask) == test.value; }

struct Set {
  const char* name;
  std::uint64_t mask;
  std::vector<std::uint64_t> values;
};

const Set kSets[] = {
    {"OneValue", 0xffffffff, {TIOCSTI}},
    {"TwoThatDifferInTheLowestBit", 0xffffffff, {6, 7}},
    {"FarApart", 0xffffffff, {0, 0x8, 0x20000, 0x20008, 0xffffffff}},
    {"FlagsThatAreAllOff", 0x7e020080, {0}},
    {"OneBit", 1, {1}},
    {"AllThereAre", 3, {0, 1, 2, 3}},
    {"SixtyFourBits", ~0ull, {0, ~0ull, 1ull << 40}},
};

class Complement : public ::testing::TestWithParam<Set> {};

TEST_P(Complement, HoldsForExactlyTheOthers) {
  const Set& set = GetParam();
  std::vector<sys::ArgumentTest> tests;
  for (const std::uint64_t value : set.values) tests.push_back({1, set.mask, value});
  const auto others = complement_of(tests);
  // The values, their neighbours, each with one bit turned, and the same with bits that are not looked at.
  std::vector<std::uint64_t> tried;
  for (const std::uint64_t value : set.values) {
    for (unsigned bit = 0; bit < 64; ++bit) tried.push_back(value ^ (1ull << bit));
    for (const std::uint64_t one : {value, value + 1, value - 1, value | ~set.mask}) tried.push_back(one);
  }
  for (const std::uint64_t value : tried) {
    const bool is_one = std::ranges::any_of(tests, [&](const auto& test) { return holds(test, value); });
    const auto matching = std::ranges::count_if(others, [&](const auto& test) { return holds(test, value); });
    EXPECT_EQ(matching, is_one ? 0 : 1) << value;
  }
  for (const auto& test : others) EXPECT_EQ(test.index, 1u);
}

INSTANTIATE_TEST_SUITE_P(Table, Complement, ::testing::ValuesIn(kSets), [](const auto& row) { return row.param.name; });

std::uint64_t number_in(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  if (value == nullptr) return 0;
  if (value->is_int()) return static_cast<std::uint64_t>(*value->as_int());
  return std::strtoull(print_json(*value).c_str(), nullptr, 10);
}

std::uint32_t answer_of(const Json& entry, std::string_view action, std::string_view error) {
  if (entry.text_or(action, "") == "SCMP_ACT_ALLOW") return SECCOMP_RET_ALLOW;
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(number_in(entry, error));
}

bool names_call(const Json& entry, std::string_view name) {
  const Json::Array& names = *entry.find("names")->as_array();
  return std::ranges::any_of(names, [&](const Json& one) { return *one.as_string() == name; });
}

// What an engine makes of the profile for one call: the entries that meet it, which must not differ, else the default.
std::uint32_t answer_of_profile(const Json& profile, std::string_view name, const std::uint64_t (&arguments)[6]) {
  std::vector<std::uint32_t> answers;
  for (const Json& entry : *profile.find("syscalls")->as_array()) {
    if (!names_call(entry, name)) continue;
    bool fits = true;
    if (const Json* tests = entry.find("args")) {
      for (const Json& test : *tests->as_array()) {
        EXPECT_EQ(test.text_or("op", ""), "SCMP_CMP_MASKED_EQ");
        const std::uint64_t argument = arguments[number_in(test, "index")];
        fits = fits && (argument & number_in(test, "value")) == number_in(test, "valueTwo");
      }
    }
    if (fits) answers.push_back(answer_of(entry, "action", "errnoRet"));
  }
  if (answers.empty()) return answer_of(profile, "defaultAction", "defaultErrnoRet");
  EXPECT_EQ(answers.size(), 1u) << name;
  return answers.front();
}

TEST(SeccompProfile, AnswersAsTheFilterOfOurOwnContainersDoes) {
  const std::vector<NamedRule> rules = syscall_rules();
  const sys::SyscallPolicy policy = syscall_policy();
  const auto profile = parse_json(seccomp_profile(rules, policy.other_error_number));
  ASSERT_TRUE(testing::ok(profile));
  const std::vector<sock_filter> program = sys::compile_filter(policy);
  const std::uint64_t kValues[] = {0,
                                   1,
                                   2,
                                   3,
                                   10,
                                   16,
                                   17,
                                   40,
                                   8,
                                   0x20000,
                                   0x20008,
                                   0xffffffff,
                                   TIOCSTI,
                                   TIOCLINUX,
                                   0x541b,
                                   1ull << 32,
                                   TIOCSTI | 1ull << 32,
                                   AF_ALG,
                                   0x10000000,
                                   0x11,
                                   0x10000011,
                                   0x3d0f00,
                                   0x80,
                                   ~0ull};
  for (const auto& [name, rule] : rules) {
    for (const std::uint64_t first : kValues) {
      for (const std::uint64_t second : kValues) {
        const std::uint64_t arguments[6] = {first, second};
        EXPECT_EQ(answer_of_profile(*profile, name, arguments), sys::run_filter(program, kHere, rule.number, arguments))
            << name << "(" << first << ", " << second << ")";
        if (rule.any_of.empty() && rule.none_of.empty()) break;
      }
      if (rule.any_of.empty() && rule.none_of.empty()) break;
    }
  }
  EXPECT_EQ(answer_of_profile(*profile, "a_call_of_the_future", {}), SECCOMP_RET_ERRNO | 38u);
  EXPECT_EQ(profile->find("architectures")->as_array()->size(), 1u);
}

}  // namespace
}  // namespace berth::container
