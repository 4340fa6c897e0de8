#include "berth/http/listener.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "berth/sys/unix_socket.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::http {
namespace {

TEST(Listener, LetsNobodyElseInAndLeavesNothing) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "run" / "s";
  {
    const auto listener = Listener::open(path, std::nullopt);
    ASSERT_TRUE(testing::ok(listener));
    struct stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0660u);
    EXPECT_TRUE(testing::ok(sys::connect_to(path)));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "run"));
}

TEST(Listener, TakesThePlaceOfADeadOne) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "s";
  {
    ASSERT_TRUE(testing::ok(sys::listen_at(path, 0600)));
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  const auto listener = Listener::open(path, std::nullopt);
  ASSERT_TRUE(testing::ok(listener));
  EXPECT_TRUE(testing::ok(sys::connect_to(path)));
}

TEST(Listener, IsRefusedBesideALiveOne) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "s";
  const auto first = Listener::open(path, std::nullopt);
  ASSERT_TRUE(testing::ok(first));
  const std::string who = "process " + std::to_string(::getpid());
  EXPECT_TRUE(testing::fails_with(Listener::open(path, std::nullopt), Errc::AlreadyExists, who));
  EXPECT_TRUE(testing::ok(sys::connect_to(path))) << "the first one still listens";
}

TEST(Listener, LeavesTheSocketOfAnotherProgramAlone) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "s";
  const auto other = sys::listen_at(path, 0600);
  ASSERT_TRUE(testing::ok(other));
  EXPECT_TRUE(testing::fails_with(Listener::open(path, std::nullopt), Errc::AlreadyExists, "listens there already"));
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(Listener, LeavesAloneWhatIsNoSocket) {
  const testing::TempFolder folder;
  const auto write = [&](const char* name, const char* text) {
    std::ofstream(folder.path() / name) << text;
    return folder.path() / name;
  };
  const auto read = [](const std::filesystem::path& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto file = write("file", "kept");
  EXPECT_TRUE(testing::fails_with(Listener::open(file, std::nullopt), Errc::InvalidInput, "--socket"));
  EXPECT_EQ(read(file), "kept");
  std::filesystem::create_symlink("file", folder.path() / "link");
  EXPECT_TRUE(testing::fails_with(Listener::open(folder.path() / "link", std::nullopt), Errc::InvalidInput, "socket"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link"));
  std::filesystem::create_directory(folder.path() / "folder");
  EXPECT_TRUE(
      testing::fails_with(Listener::open(folder.path() / "folder", std::nullopt), Errc::InvalidInput, "socket"));
  // The lock beside it has a name that others use, too.
  const auto lock = write("poetry.lock", "[[package]]");
  const auto beside = Listener::open(folder.path() / "poetry", std::nullopt);
  EXPECT_TRUE(testing::fails_with(beside, Errc::InvalidInput, "not the lock of a daemon"));
  EXPECT_EQ(read(lock), "[[package]]");
  // What takes the place of the socket while it is served.
  {
    const auto listener = Listener::open(folder.path() / "s", std::nullopt);
    ASSERT_TRUE(testing::ok(listener));
    std::filesystem::remove(folder.path() / "s");
    write("s", "later");
  }
  EXPECT_EQ(read(folder.path() / "s"), "later");
}

TEST(Listener, TakesASocketThatIsHandedOver) {
  const testing::TempFolder folder;
  const auto path = folder.path() / "s";
  auto made = sys::listen_at(path, 0600);
  ASSERT_TRUE(testing::ok(made));
  {
    const auto listener = Listener::open(folder.path() / "unused", *std::move(made));
    ASSERT_TRUE(testing::ok(listener));
    EXPECT_TRUE(testing::ok(sys::connect_to(path)));
  }
  EXPECT_TRUE(std::filesystem::exists(path)) << "it is not ours to remove";
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "unused"));
  UniqueFd none(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_TRUE(testing::fails_with(Listener::open(path, std::move(none)), Errc::InvalidInput, "no Unix socket"));
}

}  // namespace
}  // namespace berth::http
