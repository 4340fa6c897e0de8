#include "berth/container/kept.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "berth/sys/child.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::container {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string id_of(char letter) { return std::string(26, letter); }

class Kept : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = RuntimeFolder::open(temp_.path() / "run");
    ASSERT_TRUE(testing::ok(folder));
    folder_ = *std::move(folder);
  }

  std::vector<std::string> ids() {
    std::vector<std::string> ids;
    const auto containers = kept_containers(*folder_);
    EXPECT_TRUE(testing::ok(containers));
    if (!containers) return ids;
    for (const KeptContainer& container : *containers) ids.push_back(container.id);
    return ids;
  }

  testing::TempFolder temp_;
  std::optional<RuntimeFolder> folder_;
};

TEST_F(Kept, RecordsReadBackOldestFirst) {
  EXPECT_THAT(ids(), IsEmpty());
  const KeptContainer young = {id_of('A'),
                               4'000'000,
                               900,
                               "berth/x:1 \"ä\"",
                               {"/cg/a b", "/cg/c"},
                               {512, 2048, 64, 1ull << 40},
                               {"PATH=/a:/b", "EMPTY="}};
  const KeptContainer old = {id_of('B'), 1, 100, "", {}, {}, {}};
  ASSERT_TRUE(testing::ok(record_kept(*folder_, young)));
  ASSERT_TRUE(testing::ok(record_kept(*folder_, old)));
  EXPECT_THAT(ids(), ElementsAre(id_of('B'), id_of('A')));
  const KeptContainer read = kept_containers(*folder_)->back();
  EXPECT_EQ(read.pid, young.pid);
  EXPECT_EQ(read.started_ticks, young.started_ticks);
  EXPECT_EQ(read.image, young.image);
  EXPECT_EQ(read.cgroups, young.cgroups);
  EXPECT_EQ(read.bounds.open_files_soft, 512u);
  EXPECT_EQ(read.bounds.open_files_hard, 2048u);
  EXPECT_EQ(read.bounds.processes, 64u);
  EXPECT_EQ(read.bounds.private_bytes, 1ull << 40);
  EXPECT_EQ(read.environment, young.environment);
  EXPECT_EQ(kept_containers(*folder_)->front().bounds.processes, std::nullopt);
}

TEST_F(Kept, RecordsOfAnOlderKindCanBeRemoved) {
  const char* text = R"({"schema":1,"id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","pid":1,"started_ticks":1,"cgroups":[]})";
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder_->kept() / (id_of('A') + ".json"), text, 0600)));
  const auto containers = kept_containers(*folder_);
  ASSERT_TRUE(testing::ok(containers));
  EXPECT_THAT(containers->front().environment, IsEmpty());
  ASSERT_TRUE(testing::ok(remove_kept(*folder_, containers->front())));
  EXPECT_THAT(ids(), IsEmpty());
}

struct FindRow {
  const char* name;
  const char* given;
  const char* found;  // the first letters of an id, or what the error says
};

const FindRow kFinds[] = {
    {"Whole", "01ABAAAAAAAAAAAAAAAAAAAAAA", "01AB"},
    {"Beginning", "01AC", "01AC"},
    {"Last", "last", "02"},
    {"Several", "01A", "how the ids of 2 kept containers begin"},
    {"None", "03", "no kept container '03'"},
    {"Empty", "", "no kept container ''"},
    {"Longer", "01ABAAAAAAAAAAAAAAAAAAAAAAX", "no kept container"},
    {"Controls", "\x1b[2J", "no kept container '"},
};

class FindKept : public ::testing::TestWithParam<FindRow> {};

TEST_P(FindKept, ByIdOrAge) {
  std::vector<KeptContainer> containers(3);
  containers[0].id = "01AB" + std::string(22, 'A');
  containers[1].id = "01AC" + std::string(22, 'A');
  containers[2].id = "02AA" + std::string(22, 'A');
  const auto found = find_kept(containers, GetParam().given);
  if (found) {
    EXPECT_TRUE(found->id.starts_with(GetParam().found));
  } else {
    EXPECT_NE(found.error().message().find(GetParam().found), std::string::npos) << found.error().message();
    EXPECT_EQ(found.error().message().find('\x1b'), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, FindKept, ::testing::ValuesIn(kFinds), [](auto& row) { return row.param.name; });

TEST_F(Kept, NoneIsLastWhereThereIsNone) {
  EXPECT_TRUE(testing::fails_with(find_kept({}, "last"), Errc::NotFound, "berth run --keep"));
}

struct BrokenRow {
  const char* name;
  const char* text;
};

const BrokenRow kBroken[] = {
    {"Empty", ""},
    {"NoJson", "{"},
    {"NoObject", "[]"},
    {"NoId", R"({"pid":1,"started_ticks":1,"cgroups":[]})"},
    {"IdThatLeadsElsewhere", R"({"id":"../../../../../../../../x","pid":1,"started_ticks":1,"cgroups":[]})"},
    {"NoPid", R"({"id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","started_ticks":1,"cgroups":[]})"},
    {"PidOfText", R"({"id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","pid":"1","started_ticks":1,"cgroups":[]})"},
    {"PidTooLarge", R"({"id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","pid":4294967297,"started_ticks":1,"cgroups":[]})"},
    {"PidOfAGroup", R"({"id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","pid":-1,"started_ticks":1,"cgroups":[]})"},
    {"NoTicks", R"({"id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","pid":1,"cgroups":[]})"},
    {"NoCgroups", R"({"id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","pid":1,"started_ticks":1})"},
};

class BrokenRecord : public Kept, public ::testing::WithParamInterface<BrokenRow> {};

TEST_P(BrokenRecord, IsNamedWithTheRemedy) {
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder_->kept() / "broken.json", GetParam().text, 0600)));
  const auto containers = kept_containers(*folder_);
  EXPECT_TRUE(testing::fails_with(containers, Errc::Corrupt, "broken.json"));
  EXPECT_TRUE(testing::fails_with(containers, Errc::Corrupt, "no record of a kept container; remove it"));
}

INSTANTIATE_TEST_SUITE_P(Table, BrokenRecord, ::testing::ValuesIn(kBroken),
                         [](const auto& row) { return row.param.name; });

TEST_F(Kept, EndWithTheirRecord) {
  auto child = sys::Child::start(0, std::nullopt, [] {
    for (;;) ::pause();
    return 0;
  });
  ASSERT_TRUE(testing::ok(child));
  const auto ticks = start_ticks_of(child->pid());
  ASSERT_TRUE(testing::ok(ticks));
  const KeptContainer container = {id_of('A'), child->pid(), *ticks, "image", {temp_.path() / "no-cgroup"}};
  ASSERT_TRUE(testing::ok(record_kept(*folder_, container)));
  EXPECT_TRUE(is_standing(container));
  ASSERT_TRUE(testing::ok(remove_kept(*folder_, container)));
  const auto ending = child->wait();
  ASSERT_TRUE(testing::ok(ending));
  EXPECT_EQ(WTERMSIG(ending->status), SIGKILL);
  EXPECT_FALSE(is_standing(container));
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_TRUE(testing::fails_with(remove_kept(*folder_, container), Errc::NotFound, id_of('A')));
}

// The number of a process is given again; the time of its start tells them apart.
TEST_F(Kept, DoNotEndAStranger) {
  const auto ticks = start_ticks_of(::getpid());
  ASSERT_TRUE(testing::ok(ticks));
  ASSERT_GT(*ticks, 0u);
  const KeptContainer container = {id_of('A'), ::getpid(), *ticks - 1, "image", {}};
  EXPECT_FALSE(is_standing(container));
  ASSERT_TRUE(testing::ok(record_kept(*folder_, container)));
  EXPECT_TRUE(testing::ok(remove_kept(*folder_, container)));
  EXPECT_THAT(ids(), IsEmpty());
}

TEST(StartTicks, AreThoseOfTheProcess) {
  EXPECT_TRUE(testing::fails_with(start_ticks_of(0), Errc::NotFound, "/proc/0/stat"));
  const auto own = start_ticks_of(::getpid());
  const auto first = start_ticks_of(1);
  ASSERT_TRUE(testing::ok(own));
  ASSERT_TRUE(testing::ok(first));
  EXPECT_GT(*own, *first);
}

}  // namespace
}  // namespace berth::container
