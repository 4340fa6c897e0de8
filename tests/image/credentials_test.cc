#include "berth/image/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

// user:secret, team:inner, hub:pass
constexpr const char* kFile = R"({"auths": {
  "registry.example:5000": {"auth": "dXNlcjpzZWNyZXQ="},
  "registry.example:5000/team": {"auth": "dGVhbTppbm5lcg=="},
  "https://index.docker.io/v1/": {"auth": "aHViOnBhc3M="},
  "token.example": {"identitytoken": "abc"},
  "empty.example": {}}})";

class Files : public ::testing::Test {
 protected:
  std::filesystem::path write(const char* name, const std::string& text) {
    const auto path = folder_.path() / name;
    EXPECT_TRUE(testing::ok(sys::write_file_atomically(path, text, 0600)));
    return path;
  }
  testing::TempFolder folder_;
};

TEST_F(Files, SayWhoWeAre) {
  const std::vector<std::filesystem::path> files = {folder_.path() / "none.json", write("auth.json", kFile)};
  const auto user_at = [&](const char* registry, const char* path) {
    const auto found = find_credentials(files, registry, path);
    EXPECT_TRUE(testing::ok(found));
    if (!found || !found->credentials) return std::string("nobody");
    const Credentials& credentials = *found->credentials;
    return credentials.user + ":" + credentials.password + credentials.identity_token;
  };
  EXPECT_EQ(user_at("registry.example:5000", "x/y"), "user:secret");
  EXPECT_EQ(user_at("registry.example:5000", "team/y"), "team:inner");
  EXPECT_EQ(user_at("registry.example:5000", "teamster/y"), "user:secret");
  EXPECT_EQ(user_at("docker.io", "demisto/python3"), "hub:pass");
  EXPECT_EQ(user_at("token.example", "x"), ":abc");
  EXPECT_EQ(user_at("empty.example", "x"), "nobody");
  EXPECT_EQ(user_at("registry.example", "x"), "nobody");
}

TEST_F(Files, ThatAreDamagedAreNamedWithoutWhatIsInThem) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "parse JSON"},
      {"{", "parse JSON"},
      {"canary", "parse JSON"},
      {"[\"canary\"]", "it is no object"},
      {R"({"auths": ["canary"]})", "'auths' is no object"},
      {R"({"auths": {"r.example": {"auth": "canary!"}}})",
       "the entry 'r.example' of 'auths': its 'auth' is not base64"},
      {R"({"auths": {"r.example": {"auth": "Y2FuYXJ5"}}})", "the entry 'r.example' of 'auths': its 'auth' is not of"},
      {R"({"auths": {"r.example": {"auth": ["canary"]}}})", "the entry 'r.example' of 'auths': its 'auth' is no text"},
      {R"({"auths": {"r.example": ["canary"]}})", "the entry 'r.example' of 'auths': it is no object"},
      {R"({"auths": {"https://u:canary@r.example": []}})", "the entry 'r.example' of 'auths': it is no object"},
      {R"({"credHelpers": {"r.example": 1}})", "the entry 'r.example' of 'credHelpers': the helper's name is no text"},
  };
  for (const auto& [text, why] : rows) {
    const auto file = write("bad.json", text);
    const auto found = find_credentials({file}, "a", "b");
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().code(), Errc::Corrupt) << text;
    EXPECT_TRUE(found.error().message().contains(why)) << found.error().message();
    EXPECT_TRUE(found.error().message().contains("bad.json"));
    EXPECT_FALSE(found.error().message().contains("canary")) << found.error().message();
  }
}

TEST(Credentials, AreLookedForWhereTheToolsDo) {
  const auto files_with = [](const std::map<std::string, std::string>& variables) {
    return credential_files(7, [variables](const char* name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::string() : found->second;
    });
  };
  using Paths = std::vector<std::filesystem::path>;
  EXPECT_EQ(files_with({{"REGISTRY_AUTH_FILE", "/a"}, {"HOME", "/h"}}), Paths{"/a"});
  EXPECT_EQ(files_with({{"HOME", "/h"}}),
            (Paths{"/run/containers/7/auth.json", "/h/.config/containers/auth.json", "/h/.docker/config.json"}));
  EXPECT_EQ(
      files_with({{"XDG_RUNTIME_DIR", "/r"}, {"XDG_CONFIG_HOME", "/c"}, {"DOCKER_CONFIG", "/d"}}),
      (Paths{"/r/containers/auth.json", "/run/containers/7/auth.json", "/c/containers/auth.json", "/d/config.json"}));
}

TEST(Helper, IsNamedByNoPath) {
  for (const char* name : {"", "../x", "a/b", "x y", "x;y"}) {
    EXPECT_TRUE(testing::fails_with(ask_helper(name, "r"), Errc::InvalidInput, "and no path")) << name;
  }
  EXPECT_TRUE(testing::fails_with(ask_helper("there-is-none-such", "r"), Errc::NotFound, "is not on PATH"));
}

TEST_F(Files, OfHelpersAreRunInOurEnvironment) {
  const auto program = write("docker-credential-here",
                             "#!/bin/sh\n"
                             "paths=$(env | grep -c ^PATH=)\n"
                             "echo \"{\\\"Username\\\": \\\"$AWS_PROFILE\\\", \\\"Secret\\\": \\\"$paths\\\"}\"\n");
  ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
  const std::string path = std::getenv("PATH");
  ASSERT_EQ(::setenv("PATH", (folder_.path().native() + ":" + path).c_str(), 1), 0);
  ASSERT_EQ(::setenv("AWS_PROFILE", "harbour", 1), 0);
  const auto found = ask_helper("here", "registry.example");
  ::unsetenv("AWS_PROFILE");
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_TRUE(testing::ok(found));
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->user, "harbour");
  EXPECT_EQ((*found)->password, "1") << "no variable twice";
}

struct HelperRow {
  const char* name;
  const char* file;
  const char* helper;   // its script; null: it is not there
  const char* error;    // null: there is none
  const char* warning;  // null: there is none
};

constexpr const char* kForAll = R"({"credsStore": "one"})";
constexpr const char* kForThis = R"({"credHelpers": {"registry.example": "one"}})";
constexpr const char* kForAnother = R"({"credsStore": "one", "credHelpers": {"registry.example": "two"}})";
constexpr const char* kKnowsNone = "echo 'credentials not found in native keychain'; exit 1";

const HelperRow kHelperRows[] = {
    {"ForAllKnowsNone", kForAll, kKnowsNone, nullptr, nullptr},
    {"ForAllIsMissing", kForAll, nullptr, nullptr, "'docker-credential-one' is not on PATH"},
    {"ForAllFails", kForAll, "echo canary; exit 3", nullptr, "ended with exit status 3"},
    {"ForAllAnswersNonsense", kForAll, "echo canary", nullptr, "is no JSON object"},
    {"ForThisKnowsNone", kForThis, kKnowsNone, nullptr, nullptr},
    {"ForThisIsMissing", kForThis, nullptr, "'docker-credential-one' is not on PATH", nullptr},
    {"ForThisFails", kForThis, "echo canary; exit 3", "ended with exit status 3", nullptr},
    {"ForAllIsNotAskedBesideOneForThis", kForAnother, "exit 3", "'docker-credential-two' is not on PATH", nullptr},
};

TEST_F(Files, NameHelpersThatMayFail) {
  const std::string path = std::getenv("PATH");
  for (const HelperRow& row : kHelperRows) {
    SCOPED_TRACE(row.name);
    const auto file = write("config.json", row.file);
    const auto program = folder_.path() / "docker-credential-one";
    std::filesystem::remove(program);
    if (row.helper != nullptr) {
      write("docker-credential-one", std::string("#!/bin/sh\n") + row.helper + "\n");
      ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    }
    ASSERT_EQ(::setenv("PATH", (folder_.path().native() + ":" + path).c_str(), 1), 0);
    const auto found = find_credentials({file}, "registry.example", "team/x");
    ::setenv("PATH", path.c_str(), 1);
    if (row.error != nullptr) {
      ASSERT_FALSE(found);
      EXPECT_TRUE(found.error().message().contains(row.error)) << found.error().message();
      EXPECT_TRUE(found.error().message().contains("config.json")) << found.error().message();
      EXPECT_FALSE(found.error().message().contains("canary")) << found.error().message();
      continue;
    }
    ASSERT_TRUE(testing::ok(found));
    EXPECT_FALSE(found->credentials);
    ASSERT_EQ(found->warnings.size(), row.warning == nullptr ? 0U : 1U);
    if (row.warning == nullptr) continue;
    const std::string& warning = found->warnings.front();
    EXPECT_TRUE(warning.contains(row.warning) && warning.contains("config.json' ('credsStore')")) << warning;
    EXPECT_TRUE(warning.ends_with("'registry.example' is asked without a name and password")) << warning;
    EXPECT_FALSE(warning.contains("canary")) << warning;
  }
}

TEST_F(Files, ThatKnowSomethingMakeAHelperForAllNeedless) {
  const std::vector<std::filesystem::path> files = {write("first.json", R"({"credsStore": "there-is-none-such"})"),
                                                    write("auth.json", kFile)};
  const auto found = find_credentials(files, "registry.example:5000", "x/y");
  ASSERT_TRUE(testing::ok(found));
  ASSERT_TRUE(found->credentials);
  EXPECT_EQ(found->credentials->user, "user");
  EXPECT_TRUE(found->warnings.empty());
}

TEST(Credentials, AreWrittenAsAHeader) {
  EXPECT_EQ((Credentials{.user = "user", .password = "secret"}.basic()), "Basic dXNlcjpzZWNyZXQ=");
}

}  // namespace
}  // namespace berth::image
