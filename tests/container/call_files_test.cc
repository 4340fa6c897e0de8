#include "berth/container/call_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "berth/sys/file.h"
#include "tests/support/needs.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::container {
namespace {

constexpr std::uint32_t kFirstId = 1'000'000;
const ContainerIds kIds = container_ids(true, {kFirstId, kIdsPerContainer});

class CallFiles : public ::testing::Test {
 protected:
  void SetUp() override { BERTH_NEEDS("root", make_furniture({}, true)); }

  std::filesystem::path write(const char* name, std::string_view bytes) const {
    const auto path = temp_.path() / name;
    EXPECT_TRUE(testing::ok(sys::write_file_atomically(path, bytes, 0600)));
    return path;
  }

  static struct stat status_of(const UniqueFd& root, const char* path) {
    struct stat status = {};
    EXPECT_EQ(::fstatat(root.get(), path, &status, AT_SYMLINK_NOFOLLOW), 0) << path;
    return status;
  }

  static std::string read(const UniqueFd& root, const char* path) {
    const auto file = sys::open_without_links(root.get(), path, O_RDONLY, "the test's folder");
    EXPECT_TRUE(testing::ok(file));
    return file ? sys::read_file(*file, 1 << 20, path).value_or("unreadable") : "unreadable";
  }

  LaunchSpec spec_;
  testing::TempFolder temp_;
};

TEST_F(CallFiles, HaveTheScratchFoldersOfTheirOwners) {
  const auto scratch = make_scratch(spec_, kIds);
  ASSERT_TRUE(testing::ok(scratch));
  const std::tuple<const char*, mode_t, std::uint32_t> rows[] = {
      {".", 0755, 0},    {"tmp", 01777, 0},         {"vartmp", 01777, 0},
      {"shm", 01777, 0}, {"home", 0700, kScriptId}, {"work", 0700, kScriptId}};
  for (const auto& [path, mode, owner] : rows) {
    const struct stat status = status_of(*scratch, path);
    EXPECT_EQ(status.st_mode, S_IFDIR | mode) << path;
    EXPECT_EQ(status.st_uid, kFirstId + owner) << path;
    EXPECT_EQ(status.st_gid, kFirstId + owner) << path;
  }
}

TEST_F(CallFiles, AreBoundedInBytes) {
  spec_.limits.writable_bytes = 1 << 20;
  const auto scratch = make_scratch(spec_, kIds);
  ASSERT_TRUE(testing::ok(scratch));
  const UniqueFd file(::openat(scratch->get(), "tmp/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_TRUE(file);
  EXPECT_TRUE(testing::fails_with(sys::write_all(file.get(), std::string(2 << 20, 'x'), "x"), Errc::Exhausted,
                                  "No space left"));
}

TEST_F(CallFiles, AreBoundedInNumber) {
  spec_.limits.writable_files = 50;
  const auto scratch = make_scratch(spec_, kIds);
  ASSERT_TRUE(testing::ok(scratch));
  int made = 0;
  for (; made < 100; ++made) {
    const std::string path = "tmp/" + std::to_string(made);
    if (!UniqueFd(::openat(scratch->get(), path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600))) break;
  }
  EXPECT_EQ(errno, ENOSPC);
  EXPECT_GT(made, 30);
  EXPECT_LT(made, 50);
}

TEST_F(CallFiles, AreHandedInReadOnly) {
  const std::string bytes(3 << 20, 'b');
  spec_.files = {{"1_small", write("a", "small")}, {"1_large", write("b", bytes)}};
  const auto scratch = make_scratch(spec_, kIds);
  ASSERT_TRUE(testing::ok(scratch));
  EXPECT_EQ(read(*scratch, "work/1_small"), "small");
  const struct stat status = status_of(*scratch, "work/1_large");
  EXPECT_EQ(status.st_size, 3 << 20);
  EXPECT_EQ(status.st_mode, S_IFREG | 0444u);
  EXPECT_EQ(status.st_uid, ::geteuid()) << "not the script's, which could make it writable";
}

TEST_F(CallFiles, OfOursAreBytesOrAnOpenFile) {
  const std::string bytes(3 << 20, 'b');
  const int opened = ::open(write("kept", bytes).c_str(), O_RDONLY | O_CLOEXEC);
  const auto kept = std::make_shared<const UniqueFd>(opened);
  spec_.fixed = {{"of_bytes", "bytes", {}}, {"deep/of_file", "", kept}};
  for (int call = 0; call < 2; ++call) {  // the second finds the file's offset where the first left it
    const auto furniture = make_furniture(spec_, true);
    ASSERT_TRUE(testing::ok(furniture));
    ASSERT_TRUE(testing::ok(put_fixed_files(spec_, furniture->get())));
    EXPECT_EQ(read(*furniture, "run/berth/of_bytes"), "bytes");
    const struct stat status = status_of(*furniture, "run/berth/deep/of_file");
    EXPECT_EQ(status.st_size, 3 << 20);
    EXPECT_EQ(status.st_mode, S_IFREG | 0444u);
  }
}

TEST_F(CallFiles, ThatCannotBeHandedInSayWhy) {
  ASSERT_EQ(::mkfifo((temp_.path() / "fifo").c_str(), 0600), 0);
  struct Row {
    std::filesystem::path source;
    Errc code;
    const char* why;
  };
  const Row rows[] = {{temp_.path() / "none", Errc::NotFound, "No such file"},
                      {temp_.path(), Errc::InvalidInput, "it is not a regular file"},
                      {temp_.path() / "fifo", Errc::InvalidInput, "it is not a regular file"},
                      {write("large", std::string(2 << 20, 'x')), Errc::Exhausted, "it does not fit"}};
  spec_.limits.writable_bytes = 1 << 20;
  for (const Row& row : rows) {
    spec_.files = {{"1_x", row.source}};
    const auto scratch = make_scratch(spec_, kIds);
    EXPECT_TRUE(testing::fails_with(scratch, row.code, row.why));
    EXPECT_TRUE(testing::fails_with(scratch, row.code, "hand in file '" + row.source.native() + "'"));
  }
}

TEST_F(CallFiles, HavePlacesForDevicesThatCannotBeMade) {
  const auto furniture = make_furniture(spec_, false);
  ASSERT_TRUE(testing::ok(furniture));
  for (const char* name : kDeviceNames) {
    const struct stat status = status_of(*furniture, (std::string("dev/") + name).c_str());
    EXPECT_EQ(status.st_mode, S_IFREG | 0444u) << name;
    EXPECT_EQ(status.st_size, 0) << name;
  }
}

TEST_F(CallFiles, FindDevicesAndLinks) {
  const auto furniture = make_furniture(spec_, true);
  ASSERT_TRUE(testing::ok(furniture));
  const std::tuple<const char*, unsigned, unsigned> devices[] = {{"dev/null", 1, 3},    {"dev/zero", 1, 5},
                                                                 {"dev/full", 1, 7},    {"dev/random", 1, 8},
                                                                 {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
  std::size_t in_dev = 0;
  for (const auto& [path, major, minor] : devices) {
    const struct stat status = status_of(*furniture, path);
    EXPECT_EQ(status.st_mode, S_IFCHR | 0666u) << path;
    EXPECT_EQ(status.st_rdev, ::makedev(major, minor)) << path;
    ++in_dev;
  }
  const std::pair<const char*, std::string> links[] = {{"dev/fd", "/proc/self/fd"},
                                                       {"dev/stdin", "/proc/self/fd/0"},
                                                       {"dev/stdout", "/proc/self/fd/1"},
                                                       {"dev/stderr", "/proc/self/fd/2"},
                                                       {"dev/ptmx", "pts/ptmx"}};
  for (const auto& [path, target] : links) {
    std::array<char, 100> text = {};
    ASSERT_GT(::readlinkat(furniture->get(), path, text.data(), text.size() - 1), 0) << path;
    EXPECT_EQ(text.data(), target);
    ++in_dev;
  }
  std::size_t entries = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd/" + std::to_string(furniture->get()) + "/dev")) {
    if (entry.is_symlink() || !entry.is_directory()) ++entries;
  }
  EXPECT_EQ(entries, in_dev) << "nothing else stands in /dev";
}

TEST_F(CallFiles, FindWhatIsFixed) {
  spec_.fixed = {{"loop.py", "print()\n"}, {"empty", ""}};
  const auto furniture = make_furniture(spec_, true);
  ASSERT_TRUE(testing::ok(furniture));
  ASSERT_TRUE(testing::ok(put_fixed_files(spec_, furniture->get())));
  EXPECT_EQ(read(*furniture, "run/berth/loop.py"), "print()\n");
  EXPECT_EQ(read(*furniture, "run/berth/empty"), "");
  EXPECT_EQ(status_of(*furniture, "run/berth/loop.py").st_mode, S_IFREG | 0444u);
  EXPECT_EQ(read(*furniture, "nothing"), "");
  for (const char* folder : {"empty", "sys/fs/cgroup/memory", "sys/fs/cgroup/pids", "sys/fs/cgroup/cpu"}) {
    EXPECT_EQ(status_of(*furniture, folder).st_mode, S_IFDIR | 0755u) << folder;
  }
}

TEST_F(CallFiles, AboutNamesAreForThoseWithANetwork) {
  for (const bool has_network : {false, true}) {
    if (has_network) spec_.network.profile.reach = net::Reach::Egress;
    const auto furniture = make_furniture(spec_, true);
    ASSERT_TRUE(testing::ok(furniture));
    for (const char* name : {"hosts", "resolv.conf"}) {
      EXPECT_EQ(::faccessat(furniture->get(), name, F_OK, 0) == 0, has_network) << name;
    }
  }
}

}  // namespace
}  // namespace berth::container
