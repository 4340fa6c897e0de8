#include "berth/sys/unix_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

struct Ends {
  UniqueFd client;
  UniqueFd server;
};

Result<Ends> connect_in(const std::filesystem::path& path) {
  BERTH_TRY(const UniqueFd listening, listen_at(path, 0660));
  BERTH_TRY(UniqueFd client, connect_to(path));
  return Ends{std::move(client), UniqueFd(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC))};
}

TEST(UnixSocket, HasItsModeAndTellsWhoIsThere) {
  const testing::TempFolder folder;
  const auto ends = connect_in(folder.path() / "s");
  ASSERT_TRUE(testing::ok(ends));
  struct stat status = {};
  ASSERT_EQ(::stat((folder.path() / "s").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0660u);
  const auto peer = peer_of(ends->server.get());
  ASSERT_TRUE(testing::ok(peer));
  EXPECT_EQ(peer->pid, ::getpid());
  EXPECT_EQ(peer->uid, ::geteuid());
  EXPECT_TRUE(peer_is_in_group(ends->server.get(), *peer, ::getegid()));
  EXPECT_FALSE(peer_is_in_group(ends->server.get(), *peer, 4'000'000'000));
}

TEST(UnixSocket, CarriesDescriptorsWithTheFirstBytes) {
  const testing::TempFolder folder;
  const auto ends = connect_in(folder.path() / "s");
  ASSERT_TRUE(testing::ok(ends));
  const auto pipe = make_pipe();
  ASSERT_TRUE(testing::ok(pipe));
  const int given[] = {pipe->write.get(), pipe->read.get()};
  const auto sent = send_with(ends->client.get(), "hello", given, 0);
  ASSERT_TRUE(testing::ok(sent));
  EXPECT_EQ(*sent, 5u);
  const auto received = receive_from(ends->server.get(), 0);
  ASSERT_TRUE(testing::ok(received));
  EXPECT_EQ(received->bytes, "hello");
  ASSERT_EQ(received->descriptors.size(), 2u);
  for (const UniqueFd& fd : received->descriptors) EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
  ASSERT_EQ(::write(received->descriptors[0].get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(pipe->read.get(), &byte, 1), 1);
}

TEST(UnixSocket, SaysWhenNothingComesAndWhenNothingWill) {
  const testing::TempFolder folder;
  auto ends = connect_in(folder.path() / "s");
  ASSERT_TRUE(testing::ok(ends));
  const auto none = receive_from(ends->server.get(), MSG_DONTWAIT);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().os_error(), EAGAIN);
  ends->client.reset();
  const auto end = receive_from(ends->server.get(), 0);
  ASSERT_TRUE(testing::ok(end));
  EXPECT_TRUE(end->bytes.empty());
}

TEST(UnixSocket, SaysWhyItCannotConnect) {
  const testing::TempFolder folder;
  EXPECT_TRUE(testing::fails_with(connect_to(folder.path() / "none"), Errc::NotFound, "none"));
  {
    ASSERT_TRUE(testing::ok(listen_at(folder.path() / "dead", 0600)));
  }
  EXPECT_TRUE(testing::fails_with(connect_to(folder.path() / "dead"), Errc::Unavailable, "refused"));
  EXPECT_TRUE(testing::fails_with(connect_to(folder.path() / std::string(200, 'a')), Errc::InvalidInput, "at most"));
}

}  // namespace
}  // namespace berth::sys
