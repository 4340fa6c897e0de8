#include <set>
#include <string>

#include "berth/doctor/checks.h"
#include "berth/doctor/resources.h"
#include "berth/doctor/tools.h"
#include "berth/doctor/words.h"
#include "tests/doctor/judgement.h"
#include "tests/support/result_matchers.h"

namespace berth::doctor {
namespace {

using enum Severity;

struct ToolRow {
  const Tool& tool;
  Result<std::string> version;
  Expected expected;
};

const ToolRow kTools[] = {
    {kSkopeo, "skopeo version 1.9.3", {Ok, "1.9.3"}},
    {kSkopeo, "skopeo version 1.18.0-dev commit: 0abc", {Ok}},
    {kSkopeo, "skopeo version 1.4.1", {Warning, "older than 1.9", "skopeo 1.9 or newer"}},
    {kSkopeo, "skopeo version 0.1.40", {Warning, "older", "newer"}},
    {kSkopeo, "skopeo version unknown", {Warning, "tells no version", "1.9"}},
    {kSkopeo, "", {Warning, "tells no version", "1.9"}},
    {kSkopeo, fail(Errc::NotFound, "start skopeo"), {Failure, "not on PATH", "apt-get install skopeo"}},
    {kSkopeo, fail(Errc::TimedOut, "did not end within 5 s"), {Failure, "5 s", "apt-get"}},
    {kMmdebstrap, "mmdebstrap 1.3.5-7", {Ok}},
    {kMmdebstrap, "mmdebstrap 0.7.5", {Warning, "older than 1.3", "1.3"}},
    {kMmdebstrap, fail(Errc::NotFound, ""), {Failure, "makes base images", "install mmdebstrap"}},
    {kBuildah, "buildah version 1.28.2 (image-spec 1.1.0-rc2, runtime-spec 1.0.2-dev)", {Ok}},
    {kBuildah, "buildah version 1.23.1 (image-spec 1.0.1)", {Warning, "older than 1.28", "1.28"}},
    {kBuildah, fail(Errc::NotFound, ""), {Warning, "not on PATH", "install buildah"}},
    {kNft, "nftables v1.0.6 (Lester Gooch #5)", {Ok}},
    {kNft, "nftables v1.0.2 (Lester Gooch)", {Warning, "older than 1.0.6", "1.0.6"}},
    {kNft, "nftables v1.1.0 (Commodore Bullmoose)", {Ok}},
    {kNft, fail(Errc::NotFound, ""), {Warning, "not on PATH", "install nftables"}},
};

TEST(Tools, AreThereAndNewEnough) {
  for (const ToolRow& row : kTools) EXPECT_TRUE(judged(judge_tool(row.tool, row.version), row.expected));
}

TEST(Tools, RootsBuildsHaveARuntime) {
  EXPECT_TRUE(judged(judge_runtimes({"crun", "runc"}, true), {Ok, "crun is there"}));
  EXPECT_TRUE(judged(judge_runtimes({}, true), {Warning, "neither runc nor crun", "apt-get install runc"}));
  EXPECT_TRUE(judged(judge_runtimes({}, false), {Skipped, "need none"}));
}

TEST(Tools, ThoseThatMapIdsArePrivileged) {
  const IdToolFacts good{"newuidmap", "/usr/bin/newuidmap", true};
  const IdToolFacts bare{"newgidmap", "/usr/bin/newgidmap", false};
  EXPECT_TRUE(judged(judge_id_tools({good, good}, false), {Ok}));
  EXPECT_TRUE(judged(judge_id_tools({good, bare}, false), {Failure, "neither the setuid", "chmod u+s /usr/bin/newg"}));
  EXPECT_TRUE(judged(judge_id_tools({{"newuidmap", "", false}, good}, false), {Failure, "not on PATH", "uidmap"}));
  EXPECT_TRUE(judged(judge_id_tools({{"newuidmap", "", false}}, true), {Skipped, "root maps"}));
}

TEST(Resources, Descriptors) {
  EXPECT_TRUE(judged(judge_descriptors({8192, 8192, "1000\t0\t9223372036854775807"}), {Ok, "8192"}));
  EXPECT_TRUE(judged(judge_descriptors({4096, 8192, ""}), {Failure, "calls are given 8192", "LimitNOFILE="}));
  EXPECT_TRUE(judged(judge_descriptors({8192, 8192, "950 0 1000"}), {Warning, "950 of the machine's", "fs.file-max"}));
}

TEST(Resources, Memory) {
  const std::string meminfo =
      "MemTotal:        2048000 kB\nMemFree:  1 kB\nMemAvailable:    1048576 kB\nSwapTotal: 10 kB\nSwapFree: 0 kB\n";
  EXPECT_TRUE(judged(judge_memory({meminfo, 1ull << 30}), {Ok, "1 GiB available"}));
  EXPECT_TRUE(judged(judge_memory({meminfo, (1ull << 30) + 1}), {Warning, "a call may take", "limits.memory"}));
  EXPECT_TRUE(judged(judge_memory({"MemTotal: 1 kB\n", 1}), {Skipped, "/proc/meminfo"}));
  EXPECT_TRUE(judged(judge_memory({"", 1}), {Skipped, "/proc/meminfo"}));
}

TEST(Resources, Processes) {
  EXPECT_TRUE(judged(judge_processes({100, 32768, 0, 256}), {Ok, "100 run"}));
  EXPECT_TRUE(judged(judge_processes({32600, 32768, 0, 256}), {Warning, "a call may start 256", "pid_max"}));
  EXPECT_TRUE(judged(judge_processes({100, 32768, 128, 256}), {Warning, "this user may run 128", "ulimit"}));
  EXPECT_TRUE(judged(judge_processes({}), {Skipped, "does not tell"}));
}

TEST(Resources, RandomBytes) {
  EXPECT_TRUE(testing::ok(try_random()));
  EXPECT_TRUE(judged(judge_random(fail(Errc::Unavailable, "getrandom: EAGAIN")), {Failure, "EAGAIN", "virtio-rng"}));
}

TEST(Checks, HaveNamesOfTheirOwnAndAQuestion) {
  std::set<std::string_view> names;
  for (const Check& check : checks()) {
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
    EXPECT_EQ(check.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string_view::npos);
    EXPECT_NE(check.question.find('?'), std::string_view::npos) << check.name;
  }
  EXPECT_GE(names.size(), 20u);
}

TEST(Checks, AreChosenByNameInTheOrderOfTheTable) {
  const auto chosen = choose_checks({"clock", "kernel", "clock"});
  ASSERT_TRUE(testing::ok(chosen));
  ASSERT_EQ(chosen->size(), 2u);
  EXPECT_EQ((*chosen)[0].name, "kernel");
  EXPECT_EQ((*chosen)[1].name, "clock");
  EXPECT_EQ(choose_checks({})->size(), checks().size());
  EXPECT_TRUE(testing::fails_with(choose_checks({"kernal"}), Errc::InvalidInput, "did you mean 'kernel'"));
}

TEST(Words, FieldsMayBeEmpty) {
  EXPECT_EQ(field_of("a::b", 0, ':'), "a");
  EXPECT_EQ(field_of("a::b", 1, ':'), "");
  EXPECT_EQ(field_of("a::b", 2, ':'), "b");
  EXPECT_EQ(field_of("a::b", 3, ':'), "");
  EXPECT_EQ(number_of<unsigned>(" 1"), std::nullopt);
  EXPECT_EQ(number_of<unsigned>(""), std::nullopt);
  EXPECT_EQ(listed({"a", "b", "c"}, 2), "a, b and 1 more");
}

}  // namespace
}  // namespace berth::doctor
