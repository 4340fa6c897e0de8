// How a system call filter is compiled, at run time or by the compiler: the filter of a container is part of every
// start, and made while Berth is built.
//
// The program reads: right architecture? which run of numbers is this call in? what is decided for that run?
// Neighbouring numbers with the same plain decision form one run, which keeps the tree small.
#pragma once

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "berth/base/error.h"
#include "berth/sys/seccomp_filter.h"

namespace berth::sys {
namespace filter_parts {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kForeignBit = 0x40000000;  // x32 calls carry it
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kForeignBit = 0;
#else
#error "no table of system calls for this architecture"
#endif

using Program = std::vector<sock_filter>;

constexpr sock_filter statement(unsigned code, std::uint32_t k) {
  return sock_filter{static_cast<__u16>(code), 0, 0, k};
}

constexpr sock_filter jump(unsigned code, std::uint32_t k, std::size_t if_true, std::size_t if_false) {
  BERTH_ASSERT(if_true < 256 && if_false < 256);
  return sock_filter{static_cast<__u16>(code), static_cast<__u8>(if_true), static_cast<__u8>(if_false), k};
}

constexpr sock_filter answer(std::uint32_t value) { return statement(BPF_RET | BPF_K, value); }
constexpr std::uint32_t refusal(std::uint16_t error_number) { return SECCOMP_RET_ERRNO | error_number; }
constexpr sock_filter load(std::size_t offset) {
  return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

// Little endian, as both of our architectures are.
constexpr std::size_t low_half(unsigned index) { return offsetof(seccomp_data, args) + std::size_t{8} * index; }
constexpr std::size_t high_half(unsigned index) { return low_half(index) + 4; }

// Gives `answered` when the test holds, and falls through when it does not.
constexpr void append_test(Program& program, const ArgumentTest& test, std::uint32_t answered) {
  const auto half = [](std::uint64_t value, bool high) {
    return static_cast<std::uint32_t>(high ? value >> 32 : value);
  };
  program.push_back(load(low_half(test.index)));
  program.push_back(statement(BPF_ALU | BPF_AND | BPF_K, half(test.mask, false)));
  program.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, half(test.value, false), 0, 4));
  program.push_back(load(high_half(test.index)));
  program.push_back(statement(BPF_ALU | BPF_AND | BPF_K, half(test.mask, true)));
  program.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, half(test.value, true), 0, 1));
  program.push_back(answer(answered));
}

constexpr Program decision_of(const SyscallRule& rule) {
  if (!rule.allowed) return {answer(refusal(rule.error_number))};
  Program program;
  for (const ArgumentTest& test : rule.none_of) append_test(program, test, refusal(rule.error_number));
  for (const ArgumentTest& test : rule.any_of) append_test(program, test, SECCOMP_RET_ALLOW);
  program.push_back(answer(rule.any_of.empty() ? SECCOMP_RET_ALLOW : refusal(rule.error_number)));
  return program;
}

// Numbers from `first` up to the next run's first have this decision.
struct Run {
  std::uint32_t first;
  Program decision;
};

constexpr bool decide_plainly_alike(const SyscallRule& a, const SyscallRule& b) {
  const auto is_plain = [](const SyscallRule& rule) { return rule.any_of.empty() && rule.none_of.empty(); };
  return is_plain(a) && is_plain(b) && a.allowed == b.allowed && (a.allowed || a.error_number == b.error_number);
}

constexpr bool same(const Program& a, const Program& b) {
  return std::ranges::equal(a, b, [](const sock_filter& x, const sock_filter& y) {
    return x.code == y.code && x.jt == y.jt && x.jf == y.jf && x.k == y.k;
  });
}

constexpr std::vector<Run> runs_of(const SyscallPolicy& policy) {
  std::vector<const SyscallRule*> rules;
  for (const SyscallRule& rule : policy.rules) rules.push_back(&rule);
  std::ranges::sort(rules, {}, [](const SyscallRule* rule) { return rule->number; });
  const Program other = {answer(refusal(policy.other_error_number))};
  std::vector<Run> runs;
  const auto add = [&](std::uint32_t first, const Program& decision) {
    if (runs.empty() || !same(runs.back().decision, decision)) runs.push_back({first, decision});
  };
  std::uint32_t next = 0;
  const SyscallRule* before = nullptr;
  for (const SyscallRule* rule : rules) {
    BERTH_ASSERT(next == 0 || rule->number >= next);  // no number twice
    if (rule->number > next || runs.empty()) add(next, other);
    if (rule->number == 0) runs.clear();
    // Most rules are plain and decide like the one before: nothing to make then.
    const bool goes_on = before != nullptr && rule->number == next && decide_plainly_alike(*before, *rule);
    if (!goes_on) add(rule->number, decision_of(*rule));
    next = rule->number + 1;
    before = rule;
  }
  add(next, other);
  return runs;
}

// Appends a tree over runs[begin, end), with the number in the accumulator.
constexpr void append_tree(Program& program, const std::vector<Run>& runs, std::size_t begin, std::size_t end) {
  if (end - begin == 1) {
    program.insert(program.end(), runs[begin].decision.begin(), runs[begin].decision.end());
    return;
  }
  const std::size_t middle = begin + (end - begin) / 2;
  const std::size_t at = program.size();
  program.emplace_back();
  append_tree(program, runs, begin, middle);
  const std::size_t left = program.size() - at - 1;
  if (left < 256) {
    program[at] = jump(BPF_JMP | BPF_JGE | BPF_K, runs[middle].first, left, 0);
  } else {  // too far for a conditional jump
    program[at] = jump(BPF_JMP | BPF_JGE | BPF_K, runs[middle].first, 0, 1);
    program.insert(program.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                   statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(left)));
  }
  append_tree(program, runs, middle, end);
}

}  // namespace filter_parts

// compile_filter() of seccomp_filter.h, also for constant expressions.
constexpr std::vector<sock_filter> build_filter(const SyscallPolicy& policy) {
  using namespace filter_parts;
  Program program;
  program.push_back(load(offsetof(seccomp_data, arch)));
  program.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  program.push_back(answer(SECCOMP_RET_KILL_PROCESS));
  program.push_back(load(offsetof(seccomp_data, nr)));
  if constexpr (kForeignBit != 0) {
    program.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, kForeignBit, 0, 1));
    program.push_back(answer(SECCOMP_RET_KILL_PROCESS));
  }
  const std::vector<Run> runs = runs_of(policy);
  append_tree(program, runs, 0, runs.size());
  return program;
}

// The program for the policy that the function `Policy` gives, which is a constant expression.
template <auto Policy>
constexpr auto kFrozenFilter = [] {
  std::array<sock_filter, build_filter(Policy()).size()> program;
  std::ranges::copy(build_filter(Policy()), program.begin());
  return program;
}();

}  // namespace berth::sys
