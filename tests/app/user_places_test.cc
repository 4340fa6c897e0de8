#include "berth/app/user_places.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

class Places : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"home", "run", "tmp", "login"}) make(name, 0700);
    given_ = {.home = at("home"),
              .config_home = "",
              .state_home = "",
              .cache_home = "",
              .runtime_dir = at("login"),
              .runtime_root = at("run"),
              .temporary = at("tmp")};
  }

  std::string at(const std::string& path) const { return temp_.path() / path; }
  void make(const std::string& path, mode_t mode) const {
    ASSERT_EQ(::mkdir(at(path).c_str(), 0700), 0);
    ASSERT_EQ(::chmod(at(path).c_str(), mode), 0);
  }
  std::string own() const { return "tmp/berth-" + std::to_string(user_.uid); }
  Result<UserPlaces> places() const { return places_of_user(user_, given_); }

  testing::TempFolder temp_;
  sys::User user_ = {::geteuid(), ::getegid(), "ada"};
  UserEnvironment given_;
};

TEST_F(Places, LieBelowHome) {
  const auto found = places();
  ASSERT_TRUE(testing::ok(found));
  EXPECT_EQ(found->config, at("home/.config/berth"));
  EXPECT_EQ(found->state, at("home/.local/state/berth"));
  EXPECT_EQ(found->cache, at("home/.cache/berth"));
  EXPECT_EQ(found->runtime, at("login/berth"));
}

TEST_F(Places, LieWhereTheVariablesSay) {
  given_.config_home = "/etc/ada";
  given_.state_home = "/srv/state";
  given_.cache_home = "relative";  // passed over
  const auto found = places();
  ASSERT_TRUE(testing::ok(found));
  EXPECT_EQ(found->config, "/etc/ada/berth");
  EXPECT_EQ(found->state, "/srv/state/berth");
  EXPECT_EQ(found->cache, at("home/.cache/berth"));
}

TEST_F(Places, AreThoseOfTheLoginWithoutTheVariable) {
  given_.runtime_dir = "";
  make("run/" + std::to_string(user_.uid), 0700);
  EXPECT_EQ(places()->runtime, at("run/" + std::to_string(user_.uid)) + "/berth");
}

TEST_F(Places, AreInTheTemporaryFolderForWantOfAnother) {
  given_.runtime_dir = "";
  EXPECT_EQ(places()->runtime, at(own()));
  struct stat status = {};
  ASSERT_EQ(::lstat(at(own()).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, S_IFDIR | 0700u);
  EXPECT_EQ(places()->runtime, at(own())) << "found again";
}

TEST_F(Places, AreNotARuntimeFolderThatOthersMayEnter) {
  ASSERT_EQ(::chmod(at("login").c_str(), 0755), 0);
  EXPECT_EQ(places()->runtime, at(own()));
}

TEST_F(Places, AreNotWhatSomebodyElseMade) {
  given_.runtime_dir = "";
  make(own(), 0777);
  EXPECT_TRUE(testing::fails_with(places(), Errc::Denied, "is not a folder of user 'ada' alone"));
  ASSERT_EQ(::rmdir(at(own()).c_str()), 0);
  ASSERT_EQ(::symlink(at("home").c_str(), at(own()).c_str()), 0);
  EXPECT_TRUE(testing::fails_with(places(), Errc::Denied, "set XDG_RUNTIME_DIR"));
}

TEST_F(Places, NeedAHomeOfTheUser) {
  user_.uid += 1;
  EXPECT_TRUE(
      testing::fails_with(places(), Errc::InvalidInput, "which is not theirs; log in as the user ('su - ada')"));
  for (const char* home : {"", "relative"}) {
    given_.home = home;
    EXPECT_TRUE(testing::fails_with(places(), Errc::InvalidInput, "set it to an absolute path")) << home;
  }
  given_.home = at("none");
  EXPECT_TRUE(testing::fails_with(places(), Errc::InvalidInput, "HOME is '" + given_.home + "'"));
}

}  // namespace
}  // namespace berth::app
