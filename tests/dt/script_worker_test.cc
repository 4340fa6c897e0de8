// The process of its own: confined, ended in time, replaced, gone.
#include "berth/dt/script_worker.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/syscall.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "berth/dt/script_syscalls.h"
#include "tests/support/result_matchers.h"

namespace berth::dt {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = 60s;  // for what is to succeed on a busy machine

Result<Json> evaluate(ScriptWorker& worker, std::string_view code, const Json& value = Json(1)) {
  auto results = worker.evaluate({.code = code, .values = {&value}});
  if (!results) return std::unexpected(results.error());
  return results->at(0);
}

ScriptWorker patient_worker() { return ScriptWorker({.time_limit = kPatience}); }

std::string proc_text(pid_t pid, const char* name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string status_line(pid_t pid, const std::string& name) {
  const std::string text = proc_text(pid, "status");
  const std::size_t at = text.find("\n" + name + ":");
  if (at == std::string::npos) return "no such line";
  const std::size_t begin = text.find_first_not_of("\t ", at + name.size() + 2);
  return text.substr(begin, text.find('\n', begin) - begin);
}

bool is_gone(pid_t pid) { return ::kill(pid, 0) < 0 && errno == ESRCH; }

TEST(ScriptWorker, IsStartedOnceAndOnFirstNeed) {
  ScriptWorker worker = patient_worker();
  EXPECT_FALSE(worker.pid());
  ASSERT_TRUE(testing::ok(evaluate(worker, "val")));
  const auto first = worker.pid();
  ASSERT_TRUE(first);
  ASSERT_TRUE(testing::ok(evaluate(worker, "val.x.y.z || 1", *parse_json(R"({"x": {"y": {}}})"))));
  EXPECT_FALSE(evaluate(worker, "throw 1").has_value());
  EXPECT_EQ(worker.pid(), first) << "an exception is no reason for a new one";
}

TEST(ScriptWorker, NothingIsLeft) {
  pid_t pid = 0;
  {
    ScriptWorker worker = patient_worker();
    ASSERT_TRUE(testing::ok(evaluate(worker, "val")));
    pid = *worker.pid();
    EXPECT_FALSE(is_gone(pid));
  }
  EXPECT_TRUE(is_gone(pid));
}

TEST(ScriptWorker, IsConfined) {
  ScriptWorker worker = patient_worker();
  ASSERT_TRUE(testing::ok(evaluate(worker, "val")));
  const pid_t pid = *worker.pid();
  EXPECT_EQ(status_line(pid, "NoNewPrivs"), "1");
  EXPECT_EQ(status_line(pid, "Seccomp"), "2");
  EXPECT_EQ(status_line(pid, "Seccomp_filters"), "1");
  EXPECT_EQ(status_line(pid, "Threads"), "1");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
    EXPECT_EQ(status_line(pid, set), "0000000000000000") << set;
  }
  if (::geteuid() == 0) {
    EXPECT_EQ(status_line(pid, "CapBnd"), "0000000000000000");
    EXPECT_EQ(status_line(pid, "Uid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(status_line(pid, "Gid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(status_line(pid, "Groups"), "");
    std::vector<std::string> open;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
      open.push_back(entry.path().filename());
    }
    EXPECT_EQ(open, std::vector<std::string>{"0"}) << "its channel, and nothing else";
    const std::string environment = proc_text(pid, "environ");
    EXPECT_EQ(environment, std::string("TZ=UTC\0", 7));
  }
  const std::string limits = proc_text(pid, "limits");
  for (const char* line :
       {"Max open files            1 ", "Max processes             0 ", "Max core file size        0 ",
        "Max file size             0 ", "Max cpu time              600 "}) {
    EXPECT_NE(limits.find(line), std::string::npos) << line << "\n" << limits;
  }
}

TEST(ScriptWorker, MayAskLittleOfTheKernel) {
  const auto program = sys::compile_filter(script_worker_syscalls());
#if defined(__x86_64__)
  constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#else
  constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif
  const auto answer = [&](std::uint32_t number, std::uint64_t first = 0, std::uint64_t third = 0) {
    return sys::run_filter(program, kArchitecture, number, {first, 0, third, 0, 0, 0});
  };
  const auto refused = std::uint32_t{SECCOMP_RET_ERRNO} | EPERM;
  for (const int number : {SYS_openat,   SYS_execve, SYS_execveat,     SYS_clone,          SYS_clone3,
                           SYS_kill,     SYS_socket, SYS_connect,      SYS_ptrace,         SYS_prctl,
                           SYS_ioctl,    SYS_fcntl,  SYS_dup,          SYS_sendmsg,        SYS_recvmsg,
                           SYS_read,     SYS_write,  SYS_memfd_create, SYS_io_uring_setup, SYS_process_vm_readv,
                           SYS_setrlimit}) {
    EXPECT_EQ(answer(static_cast<std::uint32_t>(number)), refused) << number;
  }
  EXPECT_EQ(answer(SYS_recvfrom, 0), std::uint32_t{SECCOMP_RET_ALLOW});
  EXPECT_EQ(answer(SYS_sendto, 1), refused) << "no descriptor but its channel";
  EXPECT_EQ(answer(SYS_mmap, 0, 3), std::uint32_t{SECCOMP_RET_ALLOW});
  EXPECT_EQ(answer(SYS_mmap, 0, 7), refused) << "no memory that can be executed";
  EXPECT_EQ(answer(SYS_mprotect, 0, 5), refused);
}

struct Endless {
  const char* name;
  const char* code;
};

const Endless kEndless[] = {
    {"Loop", "while (true) {}"},
    {"LoopThatCatches", "for (;;) { try { f(); } catch (e) {} } function f() { return f(); }"},
    {"RegularExpression", "/^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')"},
    {"RegularExpressionOfAlternatives", "/^(a|a|aa)*$/.test(new Array(60).join('a') + '!')"},
    {"Sort", "var n = 0; [3, 2, 1].sort(function () { while (true) { ++n; } })"},
    {"Getter", "var o = {get x() { for (;;) {} }}; o.x"},
    {"ToJson", "({toJSON: function () { for (;;) {} }})"},
};

class EndlessScript : public ::testing::TestWithParam<Endless> {};

TEST_P(EndlessScript, IsEndedInTimeAndTheNextIsServed) {
  constexpr auto kLimit = 300ms;
  ScriptWorker worker({.time_limit = kLimit});
  const auto begun = Clock::now();
  EXPECT_TRUE(testing::fails_with(evaluate(worker, GetParam().code), Errc::TimedOut, "longer than it may"));
  EXPECT_GE(Clock::now() - begun, kLimit);
  EXPECT_LT(Clock::now() - begun, kLimit + 10s);
  EXPECT_FALSE(worker.pid()) << "it is killed";
  Result<Json> next = evaluate(worker, "val + 1");
  for (int i = 0; i < 20 && !next; ++i) next = evaluate(worker, "val + 1");  // on a busy machine 300 ms are not much
  ASSERT_TRUE(testing::ok(next));
  EXPECT_EQ(*next, Json(2));
}

INSTANTIATE_TEST_SUITE_P(Table, EndlessScript, ::testing::ValuesIn(kEndless),
                         [](const auto& row) { return row.param.name; });

TEST(ScriptWorker, IsReplacedWhenItWasKilled) {
  ScriptWorker worker = patient_worker();
  ASSERT_TRUE(testing::ok(evaluate(worker, "val")));
  const pid_t first = *worker.pid();
  ASSERT_EQ(::kill(first, SIGKILL), 0);
  const auto next = evaluate(worker, "val + 1");
  ASSERT_TRUE(testing::ok(next));
  EXPECT_EQ(*next, Json(2));
  EXPECT_NE(*worker.pid(), first);
  EXPECT_TRUE(is_gone(first));
}

TEST(ScriptWorker, SaysHowItEnded) {
  ScriptWorker worker = patient_worker();
  ASSERT_TRUE(testing::ok(evaluate(worker, "val")));
  // Both the one that is there and the one that takes its place are killed while they work.
  std::atomic<bool> done = false;
  std::thread killer([&] {
    pid_t last = 0;
    while (!done) {
      for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream file(entry.path() / "children");
        for (pid_t pid = 0; file >> pid;) {
          if (pid != last && proc_text(pid, "comm") == "berth-script\n" && status_line(pid, "Seccomp") == "2") {
            ::kill(pid, SIGKILL);
            last = pid;
          }
        }
      }
      std::this_thread::sleep_for(5ms);
    }
  });
  const auto result = evaluate(worker, "for (;;) {}");
  done = true;
  killer.join();
  EXPECT_TRUE(testing::fails_with(result, Errc::Unavailable, "its process ended by signal 9"));
}

TEST(ScriptWorker, WorksWhereOtherThreadsRun) {
  std::atomic<bool> done = false;
  std::thread other([&] {
    std::vector<std::string> texts;
    while (!done) texts.assign(10, std::string(1000, 'x'));
  });
  for (int i = 0; i < 3; ++i) {
    ScriptWorker worker = patient_worker();
    EXPECT_TRUE(testing::ok(evaluate(worker, "val + 1")));
  }
  done = true;
  other.join();
}

TEST(ScriptWorker, WhatIsWrittenAloneIsNoWorker) {
  char name[] = "berth";
  char other[] = "--help";
  char* arguments[] = {name, other, nullptr};
  serve_as_script_worker(2, arguments);  // returns
}

}  // namespace
}  // namespace berth::dt
