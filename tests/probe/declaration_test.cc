#include "berth/probe/declaration.h"

#include <gmock/gmock.h>

#include <set>

#include "berth/probe/embedded.h"
#include "berth/probe/runner.h"
#include "tests/support/result_matchers.h"

namespace berth::probe {
namespace {

constexpr std::string_view kHead = "\"\"\"\nid: X01\ntitle: t\nexpected: e\n";

std::string with(std::string_view rest) { return std::string(kHead) + std::string(rest) + "\n\"\"\"\nprint(1)\n"; }

TEST(Declaration, IsReadWhole) {
  const auto probe = parse_probe(
      with("quick: yes\nmachine: x86_64\nruns:\n- arguments: {a: b}\n  with: {pids: 7, memory: 64m, timeout: 2s}\n"
           "  expect: {x: 1}\n  show: [x]\n- control: less\n  without: [seccomp]\n  calls: 2\n  reused: yes\n"
           "  expect: {x: 2}"),
      "x.py");
  ASSERT_TRUE(testing::ok(probe));
  EXPECT_EQ(probe->id, "X01");
  EXPECT_TRUE(probe->quick);
  EXPECT_EQ(probe->machine, "x86_64");
  ASSERT_EQ(probe->runs.size(), 2u);
  EXPECT_EQ(probe->runs[0].limits.pids, 7u);
  EXPECT_EQ(probe->runs[0].limits.memory_bytes, std::uint64_t{64} << 20);
  EXPECT_EQ(probe->runs[0].limits.wall_time, std::chrono::seconds(2));
  EXPECT_EQ(probe->runs[1].without, std::set{container::Guard::Seccomp});
  EXPECT_EQ(probe->runs[1].calls, 2u);
  EXPECT_TRUE(probe->runs[1].reused);
}

struct BadRow {
  const char* text;
  const char* why;
};

const BadRow kBad[] = {
    {"import os\n", "docstring"},
    {"\"\"\"id: X", "docstring"},
    {"\"\"\"\ntitle: t\n\"\"\"", "an id, a title"},
    {"\"\"\"\nid: X01\ntitle: t\nexpected: e\nother: 1\n\"\"\"", "'other' is no key of a probe"},
    {"\"\"\"\nid: X01\nruns:\n- with: {pids: 7}\n\"\"\"", "a run expects nothing"},
    {"\"\"\"\nid: X01\nruns:\n- with: {pidz: 7}\n  expect: {a: b}\n\"\"\"", "'pidz' is no limit"},
    {"\"\"\"\nid: X01\nruns:\n- whith: {pids: 7}\n  expect: {a: b}\n\"\"\"", "'whith' is no key of a run"},
    {"\"\"\"\nid: X01\nruns:\n- control: c\n  without: [seccom]\n  expect: {a: b}\n\"\"\"",
     "no guard is called 'seccom'"},
    {"\"\"\"\nid: X01\nruns:\n- without: [seccomp]\n  expect: {a: b}\n\"\"\"", "says under 'control'"},
    {"\"\"\"\nid: X01\nruns:\n- reused: yes\n  expect: {a: b}\n\"\"\"", "says under 'control'"},
};

TEST(Declaration, NamesWhatIsWrong) {
  for (const auto& [text, why] : kBad)
    EXPECT_TRUE(testing::fails_with(parse_probe(text, "x.py"), Errc::InvalidInput, why));
}

TEST(OwnProbes, HaveAGuardedRunAndAControlEach) {
  const auto probes = own_probes();
  ASSERT_TRUE(testing::ok(probes));
  std::set<std::string> ids;
  std::size_t quick = 0;
  for (const OwnProbe& one : *probes) {
    EXPECT_TRUE(ids.insert(one->id).second) << one->id;
    quick += one->quick ? 1u : 0u;
    std::size_t controls = 0;
    for (const auto& run : one->runs) controls += run.control.empty() ? 0u : 1u;
    EXPECT_GE(controls, 1u) << one->id;
    EXPECT_LT(controls, one->runs.size()) << one->id;
    EXPECT_TRUE(one->program.starts_with("#")) << one->id << ": what stands in front of every probe comes first";
  }
  EXPECT_EQ(quick, 30u);
}

RunReport run_report(const char* control, bool wrong, bool left) {
  RunReport report;
  report.control = control;
  if (wrong) report.wrong.emplace_back("x");
  if (left) report.left.emplace_back("x");
  return report;
}

TEST(Verdict, NeedsAControlThatGetsThrough) {
  const RunReport good = run_report("", false, false);
  const RunReport bad = run_report("", true, false);
  const RunReport control = run_report("less", false, false);
  EXPECT_EQ(verdict_of({good, control}), Verdict::Holds);
  EXPECT_EQ(verdict_of({good, good, control}), Verdict::Holds);
  EXPECT_EQ(verdict_of({good}), Verdict::Unproven);
  EXPECT_EQ(verdict_of({control}), Verdict::Unproven);
  EXPECT_EQ(verdict_of({}), Verdict::Unproven);
  EXPECT_EQ(verdict_of({good, run_report("less", true, false)}), Verdict::Unproven);
  EXPECT_EQ(verdict_of({good, bad, control}), Verdict::Broken);
  EXPECT_EQ(verdict_of({bad, run_report("less", true, false)}), Verdict::Broken);
  EXPECT_EQ(verdict_of({run_report("", false, true), control}), Verdict::Broken);
  EXPECT_EQ(verdict_of({good, run_report("less", false, true)}), Verdict::Broken);
}

// A probe of Berth's own is made of no other text, and only its runner may weaken anything for it.
static_assert(!std::is_constructible_v<OwnProbe, Probe>);
static_assert(!std::is_default_constructible_v<OwnProbe>);

}  // namespace
}  // namespace berth::probe
