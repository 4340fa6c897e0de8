#include "berth/doctor/storage.h"

#include <fcntl.h>
#include <sys/file.h>

#include <functional>

#include "berth/container/runtime_folder.h"
#include "berth/doctor/leftovers.h"
#include "berth/doctor/places.h"
#include "berth/sys/file.h"
#include "tests/doctor/judgement.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::doctor {
namespace {

using enum Severity;

constexpr const char* kPlace = "/var/lib/containers/storage";

struct StorageRow {
  const char* name;
  StorageFacts facts;
  Expected expected;
};

const StorageRow kStorages[] = {
    {"with images", {kPlace, true, "overlay", 3}, {Ok, "overlay, 3 images"}},
    {"without storage.conf", {kPlace, true, {}, 0}, {Ok, "0 images"}},
    {"not made yet", {kPlace, false, {}, 0}, {Ok, "with the first image"}},
    {"storage.conf not readable",
     {fail(Errc::Denied, "read file '/etc/containers/storage.conf'"), false, {}, 0},
     {Failure, "storage.conf", "storage.root"}},
    {"another driver asked for", {kPlace, false, "vfs", 0}, {Failure, "'vfs'", "driver = \"overlay\""}},
    {"another driver used",
     {kPlace, true, {}, fail(Errc::Unavailable, "made with 'btrfs'")},
     {Failure, "'btrfs'", "driver = \"overlay\""}},
    {"somebody else's",
     {kPlace, true, {}, fail(Errc::Denied, "Permission denied")},
     {Failure, "Permission denied", "owner of '/var/lib/containers/storage'"}},
    {"damaged", {kPlace, true, {}, fail(Errc::Corrupt, "images.json: no JSON")}, {Failure, "no JSON", "repair"}},
};

TEST(Storage, IsReadableAndOfTheRightKind) {
  for (const StorageRow& row : kStorages) EXPECT_TRUE(judged(judge_storage(row.facts), row.expected)) << row.name;
}

TEST(Storage, RoomIsMeasuredInBytesAndFiles) {
  constexpr std::uint64_t kGib = 1ull << 30;
  const auto judge = [](FileSystem here) { return judge_space({"/srv", here}); };
  EXPECT_TRUE(judged(judge({"ext4", 100 * kGib, 50 * kGib, 1000000, 900000}), {Ok, "ext4 (/srv)"}));
  EXPECT_TRUE(judged(judge({"btrfs", 100 * kGib, 50 * kGib, 0, 0}), {Ok}));
  EXPECT_TRUE(
      judged(judge({"ext4", 100 * kGib, kGib, 1000000, 900000}), {Warning, "1 GiB free", "podman image prune"}));
  EXPECT_TRUE(judged(judge({"tmpfs", kGib, 0, 1000000, 900000}), {Failure, "0 B free", "storage.root"}));
  EXPECT_TRUE(judged(judge({"ext4", 100 * kGib, 50 * kGib, 1000000, 3}), {Failure, "only 3 more files", "enlarge"}));
  EXPECT_TRUE(judged(judge({"ext4", kGib, 0, 1, 0, true}), {Warning, "read-only", "read-write"}));
  EXPECT_TRUE(judged(judge_space({"/srv", fail(Errc::Denied, "statfs '/srv'")}), {Failure, "statfs", "pass through"}));
}

TEST(Storage, DefaultImages) {
  EXPECT_TRUE(judged(judge_default_image("berth/python3-deb:3.11.2.1", "make it", true), {Ok, "3.11.2.1"}));
  const Result<std::string> none = fail(Errc::NotFound, "no image 'python3'");
  EXPECT_TRUE(judged(judge_default_image(none, "make it", true), {Warning, "python3", "make it"}));
  EXPECT_TRUE(judged(judge_default_image(none, "make it", false), {Skipped, "see 'storage'"}));
}

struct PlaceRow {
  const char* name;
  PlaceFacts facts;
  Expected runtime;
  Expected cache;
};

FileFacts folder(const char* path, mode_t mode, uid_t owner = 0) { return {path, true, true, owner, mode}; }

PlaceFacts place(std::vector<FileFacts> chain) {
  return {.chain = std::move(chain), .writable = true, .type = "tmpfs"};
}

PlaceFacts changed(PlaceFacts facts, const std::function<void(PlaceFacts&)>& change) {
  change(facts);
  return facts;
}

const PlaceFacts kGood = place({folder("/", 0755), folder("/run", 0755), folder("/run/berth", 0711)});
const PlaceFacts kUsers = {
    .root = false,
    .uid = 1000,
    .chain = {folder("/", 0755), folder("/run/user/1000", 0700, 1000), folder("/run/user/1000/berth", 0700, 1000)},
    .writable = true,
    .type = "tmpfs"};

const PlaceRow kPlaces[] = {
    {"as it is made", kGood, {Ok, "mode 0711, tmpfs"}, {Ok}},
    {"not made yet", changed(kGood, [](PlaceFacts& f) { f.chain[2] = {.path = "/run/berth"}; }), {Ok, "is made"}, {Ok}},
    {"a user's own", kUsers, {Ok, "0700"}, {Ok}},
    {"no way through for init",
     changed(kGood, [](PlaceFacts& f) { f.chain[1].mode = 0700; }),
     {Failure, "/run has mode 0700", "chmod o+x /run"},
     {Ok}},
    {"closed itself",
     changed(kGood, [](PlaceFacts& f) { f.chain[2].mode = 0700; }),
     {Failure, "/run/berth has mode 0700", "chmod o+x /run/berth"},
     {Ok}},
    {"below a sticky folder", changed(kGood, [](PlaceFacts& f) { f.chain[1].mode = 01777; }), {Ok}, {Ok}},
    {"below a folder of everybody's",
     changed(kGood, [](PlaceFacts& f) { f.chain[1].mode = 0777; }),
     {Failure, "put another folder", "chmod go-w /run'"},
     {Failure, "put another folder", "go-w"}},
    {"everybody's",
     changed(kGood, [](PlaceFacts& f) { f.chain[2].mode = 0777; }),
     {Failure, "others can write", "go-w /run/berth"},
     {Failure, "others can write", "go-w"}},
    {"somebody else's",
     changed(kGood, [](PlaceFacts& f) { f.chain[2].owner = 33; }),
     {Failure, "belongs to uid 33", "chown 0 /run/berth"},
     {Failure, "uid 33", "chown"}},
    {"a file",
     changed(kGood, [](PlaceFacts& f) { f.chain[2].is_folder = false; }),
     {Failure, "is no folder", "storage.runtime"},
     {Failure, "is no folder", "storage.cache"}},
    {"read-only",
     changed(kGood, [](PlaceFacts& f) { f.read_only = true; }),
     {Failure, "read-only", "storage.runtime"},
     {Failure, "read-only", "storage.cache"}},
    {"closed to us",
     changed(kUsers, [](PlaceFacts& f) { f.writable = false; }),
     {Failure, "cannot be written to", "storage.runtime"},
     {Failure, "cannot be written to", "storage.cache"}},
    {"on a network", changed(kGood, [](PlaceFacts& f) { f.type = "nfs"; }), {Failure, "nfs", "local disk"}, {Ok}},
};

TEST(Places, AreBerthsAloneAndPassable) {
  for (const PlaceRow& row : kPlaces) {
    EXPECT_TRUE(judged(judge_runtime_folder(row.facts), row.runtime)) << row.name;
    EXPECT_TRUE(judged(judge_cache_folder(row.facts), row.cache)) << row.name;
  }
}

TEST(Places, ConfigurationIsValidAndSafe) {
  const FileFacts file{"/etc/berth/berth.yaml", true, false, 0, 0644};
  FileFacts open = file;
  open.mode = 0666;
  FileFacts foreign = file;
  foreign.owner = 33;
  EXPECT_TRUE(judged(judge_configuration({}), {Ok, "the defaults hold"}));
  EXPECT_TRUE(judged(judge_configuration({.files = {file}}), {Ok, "berth.yaml"}));
  EXPECT_TRUE(judged(judge_configuration({.uid = 33, .files = {file, foreign}}), {Ok}));
  EXPECT_TRUE(judged(judge_configuration({.files = {open}}), {Failure, "mode 0666", "chmod go-w"}));
  EXPECT_TRUE(judged(judge_configuration({.files = {foreign}}), {Failure, "uid 33", "chown 0"}));
  EXPECT_TRUE(judged(judge_configuration({.user_namespace = false}), {Warning, "user_namespace is off", "'on'"}));
  EXPECT_TRUE(judged(judge_configuration({.refused = Error(Errc::InvalidInput, "berth.yaml:3:1: 'limitz'")}),
                     {Failure, "berth.yaml:3:1", "docs/configuration.md"}));
}

TEST(Leftovers, AreNamedWithTheWayToRemoveThem) {
  EXPECT_TRUE(judged(judge_leftovers(Leftovers{}), {Ok, "nothing"}));
  EXPECT_TRUE(judged(judge_leftovers(Leftovers{.cgroups = {"/sys/fs/cgroup/cpu/berth/X"}}),
                     {Warning, "1 cgroups without an owner", "rmdir /sys/fs/cgroup/cpu/berth/X"}));
  const CheckResult both = judge_leftovers(Leftovers{.dead_kept = {"A"}, .orphaned_roots = {"0123-4"}});
  EXPECT_TRUE(judged(both, {Warning, "dead kept containers (A), 1 kept mounts", "berth prune"}));
  EXPECT_EQ(both.remedy, "'berth prune'");
  EXPECT_TRUE(judged(judge_leftovers(fail(Errc::Denied, "kept")), {Skipped, "see 'runtime-folder'"}));
  EXPECT_TRUE(judged(judge_leftovers(fail(Errc::Corrupt, "kept/x.json")), {Warning, "kept/x.json", "by hand"}));
}

// A group as cgroupfs shows it, made an hour ago.
void make_group(const std::filesystem::path& path, std::string_view processes) {
  std::filesystem::create_directories(path);
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(path / "cgroup.procs", processes, 0644)));
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

TEST(Leftovers, GroupsWithoutProcessAndOwnerAreFound) {
  const testing::TempFolder root;
  const auto groups = root.path() / "cgroup/berth";
  make_group(groups / "EMPTY", "");
  make_group(groups / "LIVING", "17\n");
  make_group(groups / "LEASED", "");
  make_group(groups / "YOUNG", "");
  std::filesystem::last_write_time(groups / "YOUNG", std::filesystem::file_time_type::clock::now());
  Asked asked;
  asked.settings.storage = root.path() / "storage";
  asked.settings.runtime = root.path() / "runtime";
  const auto folder = container::RuntimeFolder::open(asked.settings.runtime);
  ASSERT_TRUE(testing::ok(folder));
  const std::string lease = folder->leases() / "0";
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(lease, "LEASED", 0600)));
  const UniqueFd held(::open(lease.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
  std::filesystem::create_directory(folder->roots() / "0123456789abcdef01234567-0");

  const Hierarchies hierarchies = std::vector<sys::CgroupHierarchy>{{root.path() / "cgroup", 1, {"memory"}}};
  const auto left = find_leftovers(asked, hierarchies);
  ASSERT_TRUE(testing::ok(left));
  EXPECT_EQ(left->cgroups, std::vector<std::string>{groups / "EMPTY"});
  EXPECT_EQ(left->orphaned_roots, std::vector<std::string>{"0123456789abcdef01234567-0"});
  EXPECT_TRUE(left->dead_kept.empty());
}

TEST(Leftovers, LookingMakesNoFolder) {
  const testing::TempFolder root;
  Asked asked;
  asked.settings.runtime = root.path() / "runtime";
  EXPECT_TRUE(testing::ok(find_leftovers(asked, std::vector<sys::CgroupHierarchy>())));
  EXPECT_FALSE(std::filesystem::exists(asked.settings.runtime));
}

TEST(Storage, TheNearestFolderIsFound) {
  const testing::TempFolder root;
  EXPECT_EQ(nearest_folder(root.path() / "not/there"), root.path());
  EXPECT_EQ(nearest_folder("/"), "/");
  EXPECT_EQ(nearest_folder("/nonexistent"), "/");
}

}  // namespace
}  // namespace berth::doctor
